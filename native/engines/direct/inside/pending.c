#define _GNU_SOURCE
#include "pending.h"

#include <signal.h>

#define PENDING_MAX 512

static struct pending {
	int tid; /* 0: the process's */
	int taker;
	siginfo_t info;
} all[PENDING_MAX];
static int count;

void pending_begin(void)
{
	count = 0;
}

/* Of this thread alone. */
static uint64_t own_pending(void)
{
	char text[4096];
	const char *at;

	if (proc_read("/proc/thread-self/status", text, sizeof(text)) < 0)
		return 0;
	at = text_find(text, "\nSigPnd:");
	if (!at)
		return 0;
	at += text_length("\nSigPnd:");
	text_blanks(&at);
	return text_number(&at, 16);
}

static void send_again(const struct pending *one)
{
	long process = RAW(getpid), self = RAW(gettid);

	if (one->tid)
		RAW(rt_tgsigqueueinfo, process, self, one->info.si_signo, &one->info);
	else
		RAW(rt_sigqueueinfo, process, one->info.si_signo, &one->info);
}

/* They are taken, which is the only way to see all of them, and sent again as they were; a thread's own come first. */
bool pending_note(int tid, uint64_t blocked, bool whole_process)
{
	const long at_once[2] = { 0, 0 };
	uint64_t set = 0, own;
	int self = (int)RAW(gettid);

	RAW(rt_sigpending, &set, 8);
	set &= blocked;
	if (set == 0)
		return true;
	while ((own = own_pending() & set) || whole_process) {
		uint64_t wanted = own ? own : set;
		int index = __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);

		if (index >= PENDING_MAX)
			break;
		all[index].tid = own ? tid : 0;
		all[index].taker = self;
		if (RAW(rt_sigtimedwait, &wanted, &all[index].info, at_once, 8) <= 0) {
			all[index].info.si_signo = 0; /* none */
			break;
		}
	}
	for (int i = 0; i < count && i < PENDING_MAX; i++)
		if (all[i].taker == self && all[i].info.si_signo)
			send_again(&all[i]);
	return __atomic_load_n(&count, __ATOMIC_SEQ_CST) <= PENDING_MAX ||
	       refuse_number("more signals are pending than this engine notes (", PENDING_MAX, ")");
}

void pending_send_again(int old_tid)
{
	for (int i = 0; i < count && i < PENDING_MAX; i++)
		if (all[i].info.si_signo && all[i].tid == old_tid)
			send_again(&all[i]);
}
