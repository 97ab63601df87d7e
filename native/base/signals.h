#ifndef CRAC_BASE_SIGNALS_H
#define CRAC_BASE_SIGNALS_H

void block_signals(void);
void unblock_signals(void);
void this_is_init(void);
void signal_all_inside(int number);
_Noreturn void end_by_signal(int number);

#endif
