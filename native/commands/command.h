#ifndef CRAC_COMMANDS_COMMAND_H
#define CRAC_COMMANDS_COMMAND_H

int command_main(int argc, char **argv);

#endif
