/* The engine `direct` inside the program (direct.so): it has all threads stand still, notes what the kernel holds of the
 * process, and writes the image; in a restored copy it makes all that anew. Between park_all() and release_all() nothing
 * here allocates, prints by stdio or calls a function of libc that takes a lock: whoever holds it stands still. */
#ifndef CRAC_DIRECT_INSIDE_H
#define CRAC_DIRECT_INSIDE_H

#include "direct-calls.h"
#include "engines/direct/context.h"
#include "engines/direct/format.h"
#include "engines/direct/raw.h"
#include "engines/direct/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THREADS_MAX 1024
#define SIGNALS 64
#define LIMITS 16

/* As the kernel has it for rt_sigaction. */
struct kernel_sigaction {
	uint64_t handler, flags, restorer, mask;
};

struct kernel_altstack {
	uint64_t pointer;
	int flags;
	size_t size;
};

/* As the kernel has it for sched_setattr. */
struct scheduling_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

struct scheduling {
	struct scheduling_attributes attributes;
	long slack; /* of its timers, nanoseconds */
};

struct thread {
	int tid;
	uint64_t thread_pointer, robust_list, rseq;
	uint32_t *tid_address; /* where libc keeps the number; the kernel clears it when the thread ends */
	struct context context;
	char name[16];
	bool signs; /* addresses that functions return to */
	struct scheduling scheduling;
};

/* threads.c */
struct threads {
	struct thread self, others[THREADS_MAX];
	int count;
};
extern struct threads threads;
bool park_all(void);
void release_all(void);
void threads_start_again(void);

/* thread.c: what the kernel knows of a thread besides its registers. By itself; in a copy, by the one that was made anew. */
void thread_note(struct thread *thread);
void thread_revive(const struct thread *thread);
bool threads_hold_no_robust(void); /* false where one does, and the problem is said */

/* problem.c: the first thing that cannot be done, in words, for whoever asked for the checkpoint */
extern char problem[4096];
bool refuse(const char *what, const char *name, long error); /* returns false */
bool refuse_number(const char *what, uint64_t number, const char *then);
_Noreturn void die_restored(int code, const char *what, const char *name, long error);

/* proc.c: files of /proc, whole, behind each other in one piece of memory made before (room.c) */
long proc_read(const char *path, char *to, size_t room);
struct directory_entry {
	uint64_t inode, offset;
	unsigned short length;
	unsigned char type;
	char name[];
};
/* Calls `each` with every number that is a name in this directory, but the descriptor's own; false where one says so. */
bool proc_each_number(const char *path, bool (*each)(int number, void *data), void *data);

/* vdso.c: where the kernel's own code stands in this process */
bool vdso_where(struct span *vdso);

/* scratch.c: memory that is not part of the image */
struct span scratch_span(void);
bool scratch_make(size_t size);
void *scratch_take(size_t size); /* NULL where there is no more; zeros */
uint64_t scratch_mark(void);
void scratch_back(uint64_t mark); /* what was taken since is free again, and no longer zeros */
void scratch_drop(void);
void scratch_forget(void);

/* descriptors.c and remake.c */
bool descriptors_note(const struct excluded *excluded);
int descriptors_highest(void);
void descriptors_remake(void);

/* process.c: dispositions, limits, directory, mask */
bool process_note(void);
void process_revive(void);

/* checkpoint-signal.c */
void checkpoint_signal_note(struct kernel_sigaction actions[]);
void checkpoint_signal_revive(void);

/* clock.c and waits.c */
void clock_note(void);
void clock_go_on(void);
void clock_wake_waiters(void);

/* memory.c: what is mapped; image.c: writes it */
struct memory {
	struct region *regions;
	struct extent *runs; /* pages with content, in the order of addresses */
	uint32_t *run_region;
	struct mapped_path *files;
	struct span *guards;
	char *strings;
	uint32_t region_count, run_count, file_count, guard_count, strings_length;
	struct span kernel[KERNEL_MAX];
	uint32_t kernel_count, vdso_index;
	struct span room;
};
const char *memory_text(void); /* of the kernel, or NULL; in scratch */
bool memory_is_possible(const char *text); /* tells early what memory_note() would; notes what children may not have */
bool memory_note(struct memory *memory, const char *mark, uint64_t stack_pointer, const char *text);
bool image_write(const struct memory *memory, int directory, const struct context *main);

/* dump.c */
extern struct handover handover;

#endif
