#ifndef CRAC_COMMANDS_RESTORE_H
#define CRAC_COMMANDS_RESTORE_H

int restore_main(char **argv, const char *place);

#endif
