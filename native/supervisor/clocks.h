#ifndef CRAC_SUPERVISOR_CLOCKS_H
#define CRAC_SUPERVISOR_CLOCKS_H

void set_time_offsets(const char *offsets);

#endif
