#define _GNU_SOURCE
#include "supervisor/first-pid.h"
#include "base/file.h"
#include "supervisor/pids.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

/* PIDs inside are drawn: programs name themselves by host and PID, and two of them on one machine must not have one
 * name. The range is what every machine has (PIDs are below 32768 unless kernel.pid_max says otherwise), so that an
 * image can be restored anywhere, above what the engine needs at a restore, with room for children at its end. */
#define LOWEST 1000
#define HIGHEST 30000
#define ENGINE_ROOM 128

static unsigned draw(unsigned below)
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		number = (uint32_t)getpid();
	return number % below;
}

static int draw_pid(void)
{
	char *text = read_file("/proc/sys/kernel/pid_max", NULL);
	int most = text ? atoi(text) - 2000 : HIGHEST;

	free(text);
	if (most > HIGHEST)
		most = HIGHEST;
	return most > LOWEST ? LOWEST + (int)draw(most - LOWEST) : LOWEST;
}

/* Forks with a number that is asked for by the call itself; 0: the next one. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1 };
	pid_t child = pid > 0 ? (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments)) : -1;

	return child < 0 ? fork() : child;
}

static bool next_pid(int pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid - 1);
	return write_text("/proc/sys/kernel/ns_last_pid", text) == 0;
}

/* Forks the process that becomes the program. Where the kernel does not let the count be set, only the program has the
 * number that was drawn, and its children count from where the engine's room ends. */
pid_t fork_program(int min_pid)
{
	int pid;

	if (min_pid != PID_DRAWN) {
		set_last_pid(min_pid - 1);
		return fork();
	}
	pid = draw_pid();
	if (next_pid(pid))
		return fork();
	set_last_pid(ENGINE_ROOM - 1);
	return fork_as(pid);
}

/* Draws the next PID: what a copy starts later has other PIDs than what another copy starts, and not the engine's, for
 * the next restore. */
void draw_next_pid(void)
{
	next_pid(draw_pid());
}

/* Returns what is added to every PID that programs of the tree ask Node for: `asked` is --pid-alias of the program
 * whose PID is `pid`. A drawn alias is above all PIDs that a kernel gives (4194304). */
double pid_offset(const char *asked, pid_t pid)
{
	if (!asked)
		return 0;
	if (strcmp(asked, "random") == 0)
		return (1 << 23) + draw(INT32_MAX - (1 << 24));
	return atof(asked) - pid;
}
