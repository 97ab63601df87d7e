#define _GNU_SOURCE
#include "timers.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#define TIMERS_MAX 256
#define TEXT_BYTES (256u << 10)
#define RESTORE_IDS 77 /* PR_TIMER_CREATE_RESTORE_IDS, Linux 6.15 */
#define TRIES_MAX 4000000

/* As the kernel has it for timer_create. */
struct kernel_sigevent {
	uint64_t value;
	int signal, notify, tid, rest[11];
};

static struct timer {
	int id, clock;
	struct kernel_sigevent event;
	long time[4]; /* interval, value: seconds and nanoseconds */
} timers[TIMERS_MAX];
static int timer_count;
static long intervals[3][4]; /* the same in microseconds */

static bool read_after(const char **at, const char *name, unsigned base, uint64_t *value)
{
	const char *found = text_find(*at, name);

	if (!found)
		return false;
	*at = found + text_length(name);
	text_blanks(at);
	*value = text_number(at, base);
	return true;
}

static bool note_timer(const char **at)
{
	struct timer *timer = &timers[timer_count];
	uint64_t id, signal, value, tid, clock;
	const char *how;

	if (timer_count == TIMERS_MAX)
		return refuse_number("the program has more timers than this engine notes (", TIMERS_MAX, ")");
	if (!read_after(at, "ID:", 10, &id) || !read_after(at, "signal:", 10, &signal) || !read_after(at, "/", 16, &value))
		return refuse("the kernel tells less of a timer than this engine knows", NULL, 0);
	how = text_find(*at, "notify: ");
	how = how ? how + text_length("notify: ") : "";
	if (!read_after(at, "id.", 10, &tid) || !read_after(at, "ClockID:", 10, &clock))
		return refuse("the kernel tells less of a timer than this engine knows", NULL, 0);
	if (**at == '-' || clock == CLOCK_THREAD_CPUTIME_ID)
		return refuse("a timer counts the CPU time of a thread or of another process, which a copy has not", NULL, 0);
	*timer = (struct timer){ .id = (int)id, .clock = (int)clock };
	timer->event.value = value;
	timer->event.signal = (int)signal;
	timer->event.notify = text_starts(how, "none") ? SIGEV_NONE : text_starts(how, "thread") ? SIGEV_THREAD : SIGEV_SIGNAL;
	if (text_find(how, "/tid.") && text_find(how, "/tid.") < *at) {
		timer->event.notify |= SIGEV_THREAD_ID;
		timer->event.tid = (int)tid;
	}
	RAW(timer_gettime, timer->id, timer->time);
	timer_count++;
	return true;
}

bool timers_note(void)
{
	const uint64_t mark = scratch_mark();
	char *text = scratch_take(TEXT_BYTES);
	bool good = true;
	long got;

	timer_count = 0;
	for (int which = 0; which < 3; which++)
		RAW(getitimer, which, intervals[which]);
	if (!text)
		return false;
	got = proc_read("/proc/self/timers", text, TEXT_BYTES); /* of a kernel with CONFIG_CHECKPOINT_RESTORE */
	for (const char *at = text; got > 0 && good && text_find(at, "ID:") && text_find(at, "signal:");)
		good = note_timer(&at);
	scratch_back(mark);
	return good;
}

static int new_number(int old)
{
	for (int i = -1; i < threads.count; i++) {
		const struct thread *thread = i < 0 ? &threads.self : &threads.others[i];

		if (thread->tid == old && thread->tid_address)
			return (int)*thread->tid_address;
	}
	return (int)RAW(gettid); /* of a thread that has ended */
}

/* The number is the program's name for it. Older kernels give numbers one behind the other. */
static void make(struct timer *timer, bool by_number)
{
	if (timer->event.notify & SIGEV_THREAD_ID)
		timer->event.tid = new_number(timer->event.tid);
	for (int i = 0; i < TRIES_MAX; i++) {
		int id = timer->id;
		long made = RAW(timer_create, timer->clock, &timer->event, &id);

		if (made < 0)
			die_restored(72, "cannot make a timer of the program anew (timer_create)", NULL, made);
		if (id == timer->id)
			return;
		RAW(timer_delete, id);
		if (by_number || id > timer->id)
			break;
	}
	die_restored(72, "cannot make a timer of the program anew under its number (timer_create)", NULL, 0);
}

static void sort(void)
{
	for (int i = 1; i < timer_count; i++)
		for (int k = i; k > 0 && timers[k - 1].id > timers[k].id; k--) {
			struct timer other = timers[k];

			timers[k] = timers[k - 1];
			timers[k - 1] = other;
		}
}

void timers_start_again(void)
{
	bool by_number = timer_count > 0 && RAW(prctl, RESTORE_IDS, 1, 0, 0, 0) >= 0;

	sort();
	for (int i = 0; i < timer_count; i++)
		make(&timers[i], by_number);
	if (by_number)
		RAW(prctl, RESTORE_IDS, 0, 0, 0, 0);
	for (int i = 0; i < timer_count; i++)
		if (timers[i].time[2] | timers[i].time[3])
			RAW(timer_settime, timers[i].id, 0, timers[i].time, 0);
	for (int which = 0; which < 3; which++)
		if (intervals[which][2] | intervals[which][3])
			RAW(setitimer, which, intervals[which], 0);
}
