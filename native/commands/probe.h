#ifndef CRAC_COMMANDS_PROBE_H
#define CRAC_COMMANDS_PROBE_H

int probe_main(int argc, char **argv);

#endif
