#ifndef CRAC_DIRECT_FIRST_PROCESS_H
#define CRAC_DIRECT_FIRST_PROCESS_H

void first_process_stays(void);

#endif
