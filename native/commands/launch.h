#ifndef CRAC_COMMANDS_LAUNCH_H
#define CRAC_COMMANDS_LAUNCH_H

int launch_main(int argc, char **argv);

#endif
