#ifndef CRAC_COMMANDS_FILES_H
#define CRAC_COMMANDS_FILES_H

int files_main(int argc, char **argv);

#endif
