#define _GNU_SOURCE
#include "inside.h"
#include "scheduling.h"

#include <sys/prctl.h>

#define RSEQ_SIZE 32
#define ROBUST_LIST_SIZE 24

/* glibc 2.35 and later; weak, as older ones have none. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));

void thread_note(struct thread *thread)
{
	size_t length;

	thread->tid = (int)RAW(gettid);
	thread->signs = !signing_has_stopped();
	thread->thread_pointer = thread_pointer();
	thread->tid_address = NULL;
	RAW(prctl, PR_GET_TID_ADDRESS, &thread->tid_address);
	RAW(get_robust_list, 0, &thread->robust_list, &length);
	RAW(prctl, PR_GET_NAME, thread->name);
	scheduling_note(&thread->scheduling);
	thread->rseq = 0;
	if (&__rseq_offset) {
		uint64_t area = thread->thread_pointer + (uint64_t)__rseq_offset;

		if (*(volatile int *)(area + 4) >= 0) /* cpu_id, negative where it is not registered */
			thread->rseq = area;
	}
}

/* In a thread that has been made anew: what the kernel knows of it besides its registers. */
void thread_revive(const struct thread *thread)
{
	RAW(set_robust_list, thread->robust_list, ROBUST_LIST_SIZE);
	if (thread->rseq) {
		*(volatile uint64_t *)(thread->rseq + 8) = 0; /* rseq_cs */
		RAW(rseq, thread->rseq, RSEQ_SIZE, 0, RSEQ_SIGNATURE);
	}
	RAW(prctl, PR_SET_NAME, thread->name);
	scheduling_revive(&thread->scheduling);
}

static bool holds_robust(const struct thread *thread)
{
	const uint64_t *head = (const uint64_t *)thread->robust_list;

	/* The next one, an offset, and one that is just being locked or unlocked; a list that is empty leads to its head. */
	return head && (*head != (uint64_t)head || head[2]);
}

bool threads_hold_no_robust(void)
{
	for (int i = -1; i < threads.count; i++) {
		const struct thread *thread = i < 0 ? &threads.self : &threads.others[i];

		if (holds_robust(thread))
			return refuse("a thread holds a robust mutex:", thread->name, 0);
	}
	return true;
}
