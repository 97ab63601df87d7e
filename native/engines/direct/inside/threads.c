#define _GNU_SOURCE
#include "inside.h"
#include "owners.h"
#include "pending.h"
#include "xstate.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <ucontext.h>

/* The signal of the C library's own that no program can block by its functions. */
#define PARK 32
#define LONGEST 5000000000ull /* nanoseconds until every thread has answered */
#define SA_RESTORER_FLAG 0x04000000
#define THREAD_FLAGS                                                                                                    \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
	 CLONE_CHILD_CLEARTID)

struct threads threads;

static int parked, released, parking, alive, go, heard;
static struct kernel_sigaction before;
static int asked[THREADS_MAX], asked_count;
static int passing[THREADS_MAX]; /* threads that were found in the vDSO */
static struct span vdso;

static void wait_while(int *word, int value)
{
	RAW(futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, 0);
}

static void wait_shortly_while(int *word, int value)
{
	long time[2] = { 0, 20000000 };

	RAW(futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, time);
}

static void wake(int *word)
{
	RAW(futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 0x7fffffff);
}

/* For park_those_there(). */
static void tell(void)
{
	__atomic_fetch_add(&heard, 1, __ATOMIC_SEQ_CST);
	wake(&heard);
}

/* Under another kernel this would be the middle of other code: the thread goes on, and is asked again. */
static bool stands_in_vdso(const ucontext_t *frame)
{
	uint64_t at = frame_place(frame);
	int tid = (int)RAW(gettid);

	if (at < vdso.start || at >= vdso.end)
		return false;
	for (int i = 0; i < THREADS_MAX; i++) {
		int none = 0;

		if (__atomic_compare_exchange_n(&passing[i], &none, tid, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			break;
	}
	tell();
	return true;
}

static void ask_passing_again(void)
{
	int process = (int)RAW(getpid);
	bool waited = false;

	for (int i = 0; i < THREADS_MAX; i++) {
		long time[2] = { 0, 100000 };
		int tid = __atomic_exchange_n(&passing[i], 0, __ATOMIC_SEQ_CST);

		if (!tid)
			continue;
		if (!waited) /* where there is one CPU it must get to run */
			RAW(nanosleep, time, 0);
		waited = true;
		RAW(tgkill, process, tid, PARK);
	}
}

/* Handles the signal. A restored thread begins in the middle of it, and returns from it as the first one does: all that
 * the kernel interrupted stands in the frame of the signal. */
static void park(int number, siginfo_t *info, void *frame)
{
	struct thread *thread;
	int index, generation = __atomic_load_n(&released, __ATOMIC_SEQ_CST);

	if (!__atomic_load_n(&parking, __ATOMIC_SEQ_CST)) {
		if (before.handler > 1)
			((void (*)(int, siginfo_t *, void *))before.handler)(number, info, frame);
		return;
	}
	if (stands_in_vdso(frame))
		return;
	index = __atomic_fetch_add(&threads.count, 1, __ATOMIC_SEQ_CST);
	if (index >= THREADS_MAX)
		return;
	thread = &threads.others[index];
	thread_note(thread);
	pending_note(thread->tid, ((const ucontext_t *)frame)->uc_sigmask.__val[0], false);
	if (context_save(&thread->context) == 0) {
		__atomic_fetch_add(&parked, 1, __ATOMIC_SEQ_CST);
		tell();
		while (__atomic_load_n(&released, __ATOMIC_SEQ_CST) == generation)
			wait_while(&released, generation);
		return;
	}
	/* In a copy; the index and the thread are on the stack, as they were. */
	thread_revive(thread);
	pending_send_again(thread->tid);
	xstate_convert(frame, index);
	if (__atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST) == threads.count)
		wake(&alive);
	while (!__atomic_load_n(&go, __ATOMIC_SEQ_CST))
		wait_while(&go, 0);
}

static bool has_parked(int tid)
{
	for (int i = 0; i < threads.count && i < THREADS_MAX; i++)
		if (threads.others[i].tid == tid)
			return true;
	return false;
}

static bool ask(int tid, void *data)
{
	int *fresh = data, self = (int)RAW(gettid), process = (int)RAW(getpid);

	if (tid == self)
		return true;
	for (int i = 0; i < asked_count; i++)
		if (asked[i] == tid)
			return true;
	if (asked_count == THREADS_MAX)
		return refuse_number("the program has more threads than this engine dumps (", THREADS_MAX, ")");
	if (RAW(tgkill, process, tid, PARK) == 0) {
		asked[asked_count++] = tid;
		++*fresh;
	}
	return true;
}

/* Forgets a thread that does not answer because it has ended. */
static bool forget_ended(bool late)
{
	int process = (int)RAW(getpid);

	for (int i = 0; i < asked_count; i++) {
		if (has_parked(asked[i]))
			continue;
		if (RAW(tgkill, process, asked[i], 0) < 0)
			asked[i--] = asked[--asked_count];
		else if (late)
			return refuse_number("thread ", (uint64_t)asked[i], " does not stand still within 5 s: it waits in the kernel, or blocks signal 32");
	}
	return true;
}

static bool park_those_there(void)
{
	uint64_t end = raw_now() + LONGEST;

	for (;;) {
		int fresh = 0;

		if (!proc_each_number("/proc/self/task", ask, &fresh))
			return false;
		while (__atomic_load_n(&parked, __ATOMIC_SEQ_CST) < asked_count) {
			int now = __atomic_load_n(&parked, __ATOMIC_SEQ_CST), until_now = __atomic_load_n(&heard, __ATOMIC_SEQ_CST);

			ask_passing_again();
			if (now < asked_count)
				wait_shortly_while(&heard, until_now);
			if (__atomic_load_n(&parked, __ATOMIC_SEQ_CST) == now && !forget_ended(raw_now() > end))
				return false;
		}
		if (fresh == 0)
			return true;
	}
}

/* Parks the threads that there are, and those that they make meanwhile, until there is no other. */
bool park_all(void)
{
	struct kernel_sigaction action = { (uint64_t)park, SA_SIGINFO | SA_RESTART | SA_RESTORER_FLAG,
					   (uint64_t)context_signal_return, ~0ull };
	long done;

	threads.count = parked = asked_count = 0;
	bytes_clear(passing, sizeof(passing));
	if (!vdso_where(&vdso))
		return false;
	done = RAW(rt_sigaction, PARK, &action, &before, 8);
	if (done < 0) /* its default is the end of the program */
		return refuse("the signal that stops its threads cannot be caught", NULL, done);
	__atomic_store_n(&parking, 1, __ATOMIC_SEQ_CST);
	return park_those_there();
}

void release_all(void)
{
	bool all = __atomic_load_n(&parked, __ATOMIC_SEQ_CST) == asked_count;

	__atomic_store_n(&parking, 0, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&released, 1, __ATOMIC_SEQ_CST);
	wake(&released);
	if (all) /* else the signal may still come, and its default is the end of the program */
		RAW(rt_sigaction, PARK, &before, 0, 8);
}

/* Makes the other threads in a copy, in its one thread; they go on where they were parked. */
void threads_start_again(void)
{
	alive = go = parking = 0;
	RAW(rt_sigaction, PARK, &before, 0, 8);
	xstate_begin(threads.count);
	for (int i = 0; i < threads.count; i++) {
		struct thread *thread = &threads.others[i];
		long made = context_clone(THREAD_FLAGS, context_stack(&thread->context), thread->tid_address, thread->tid_address,
					  thread->thread_pointer, &thread->context);

		if (made < 0)
			die_restored(72, "cannot make the program's threads anew", NULL, made);
	}
	owners_renew();
	__atomic_store_n(&go, 1, __ATOMIC_SEQ_CST);
	wake(&go);
}
