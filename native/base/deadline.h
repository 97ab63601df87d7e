#ifndef CRAC_BASE_DEADLINE_H
#define CRAC_BASE_DEADLINE_H

#include <stdbool.h>
#include <sys/types.h>

long long milliseconds(void);
void deadline_begin(int seconds);
void deadline_goes_on(void);
void deadline_watch_no_more(void);
int deadline_left(void);
long long deadline_when(void);
void deadline_is(long long when);
bool deadline_over(void);
_Noreturn void die_late(const char *what);
bool child_ends_within(pid_t child, int limit);
bool wait_for_child(pid_t child, int limit, int *status);

#endif
