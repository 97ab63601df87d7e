/* Signals that were sent to the program, which it has blocked: a copy has them pending, too. */
#ifndef CRAC_DIRECT_PENDING_H
#define CRAC_DIRECT_PENDING_H

#include "inside.h"

void pending_begin(void);
/* In the thread itself, with all signals blocked. blocked: by the program; what came meanwhile is not the copies'. Looks at
 * those of the thread alone, and with whole_process at all. */
bool pending_note(int tid, uint64_t blocked, bool whole_process);
/* In a copy, in the thread that had this number. */
void pending_send_again(int old_tid);

#endif
