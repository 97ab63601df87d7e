/* What the addon calls (native/addon/direct.c), by name: this library is there only in programs of the engine `direct`. */
#define _GNU_SOURCE
#include "caller-streams.h"
#include "content.h"
#include "fork-marks.h"
#include "inside.h"
#include "pending.h"
#include "rights.h"
#include "settings.h"
#include "shared-memory.h"
#include "snapshot.h"
#include "timers.h"
#include "tree.h"
#include "xstate.h"

#include <fcntl.h>
#include <signal.h>

#define EXPORT __attribute__((visibility("default")))
#define SCRATCH (96ull << 20)

struct handover handover;

static struct context main_context;
static const uint64_t every_signal = ~0ull;
static uint64_t mask;
static struct memory memory;
static bool standing;

static void go_on(void)
{
	scratch_drop();
	content_drop();
	tree_end();
	if (standing)
		release_all();
	standing = false;
	RAW(rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
}

/* Carries out the second half of a restore: memory, registers and the generation page are there, and one thread, this
 * one. */
static void revive(void)
{
	RAW(rt_sigprocmask, SIG_SETMASK, &every_signal, 0, 8); /* its handlers find the program whole */
	handover.times[3] = raw_now();
	scratch_forget();
	snapshot_forget();
	RAW(set_tid_address, threads.self.tid_address);
	if (threads.self.tid_address)
		*threads.self.tid_address = (uint32_t)RAW(gettid);
	thread_revive(&threads.self);
	RAW(munmap, handover.room.start, handover.room.end - handover.room.start);
	process_revive();
	clock_go_on();
	handover.times[4] = raw_now();
	descriptors_remake();
	handover.times[5] = raw_now();
	rights_revive();
	settings_revive();
	tree_meet();
	tree_end();
	standing = false;
	threads_start_again();
	timers_start_again();
	pending_send_again(threads.self.tid);
	pending_send_again(0);
	handover.times[6] = raw_now();
	RAW(rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
	clock_wake_waiters();
}

/* A thread that was there before the library had a word keeps its keys (aarch64/arch.h). */
static bool signs_nothing(void)
{
	if (!signing_has_stopped())
		return refuse("this CPU signs the addresses that functions return to (pointer authentication), and this kernel cannot keep it from that", NULL, 0);
	for (int i = 0; i < threads.count; i++)
		if (threads.others[i].signs)
			return refuse("a thread was there before crac's library, and signs the addresses that functions return to:", threads.others[i].name, 0);
	return true;
}

/* Copies what is shared where the program is to go on before it is written. */
static bool stand_still(const struct excluded *excluded, bool for_snapshot)
{
	shared_memory_is_copied(for_snapshot);
	if (!process_note() || !rights_note() || !scratch_make(SCRATCH) || !timers_note())
		return false;
	xstate_note();
	settings_note();
	standing = true;
	pending_begin();
	if (!park_all())
		return false;
	xstate_drop();
	thread_note(&threads.self);
	if (!signs_nothing() || !threads_hold_no_robust() || !pending_note(threads.self.tid, mask, true))
		return false;
	clock_note();
	return descriptors_note(excluded);
}

/* As native/direct-calls.h has them. */
EXPORT direct_dump crac_direct_dump;
EXPORT direct_snapshot crac_direct_snapshot;
EXPORT direct_release crac_direct_release;
EXPORT direct_end crac_direct_end;
EXPORT direct_problem crac_direct_problem;
EXPORT direct_payload crac_direct_payload;

enum direct_outcome crac_direct_dump(const char *directory, const char *mark, const struct excluded *given)
{
	static struct excluded excluded;
	long place;

	*problem = '\0';
	bytes_clear(&handover.tree, sizeof(handover.tree));
	excluded = *given;
	place = RAW(openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place < 0) {
		refuse("cannot open", directory, place);
		return DIRECT_FAILED;
	}
	excluded.fds[excluded.count++] = (int)place;
	RAW(rt_sigprocmask, SIG_SETMASK, &every_signal, &mask, 8);
	if (stand_still(&excluded, false)) {
		if (context_save(&main_context) != 0) {
			revive();
			return DIRECT_RESTORED;
		}
		if (memory_note(&memory, mark, context_stack(&main_context), memory_text()) && image_write(&memory, (int)place, &main_context)) {
			RAW(close, place);
			return DIRECT_WRITTEN;
		}
	}
	go_on();
	RAW(close, place);
	return DIRECT_FAILED;
}

static enum direct_outcome have_written(const char *socket, const char *mark, int *writer)
{
	bool ahead = marks_ahead_end();
	const char *text = ahead ? NULL : memory_text();
	long child;

	if ((!ahead && (!text || !memory_is_possible(text))) || !report_note())
		return DIRECT_FAILED;
	child = shared_memory_is_too_large() ? -1 : snapshot_fork(ahead);
	if (child == 0)
		snapshot_write(socket, mark, &main_context, text);
	*writer = (int)child;
	return child > 0 ? DIRECT_SNAPSHOT : DIRECT_ALONE;
}

enum direct_outcome crac_direct_snapshot(const char *socket, const char *mark, const struct excluded *given, int *writer)
{
	static struct excluded excluded;
	static enum direct_outcome outcome;

	*problem = '\0';
	bytes_clear(&handover.tree, sizeof(handover.tree));
	excluded = *given;
	outcome = DIRECT_FAILED;
	RAW(rt_sigprocmask, SIG_SETMASK, &every_signal, &mask, 8);
	if (stand_still(&excluded, true)) {
		if (context_save(&main_context) != 0) {
			revive();
			return DIRECT_RESTORED;
		}
		outcome = have_written(socket, mark, writer);
	}
	go_on();
	return outcome;
}

void crac_direct_release(void)
{
	go_on();
}

void crac_direct_end(void)
{
	caller_streams_give_back();
	RAW(exit_group, 0);
}

const char *crac_direct_problem(void)
{
	return problem;
}

int crac_direct_payload(void)
{
	return handover.payload;
}
