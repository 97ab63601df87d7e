#ifndef CRAC_COMMANDS_ENTER_H
#define CRAC_COMMANDS_ENTER_H

int enter_main(int argc, char **argv);

#endif
