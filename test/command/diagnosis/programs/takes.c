/* takes KIND PID: takes this very number for a process that sleeps, for one that ends and is not waited for (zombie),
 * or for a thread, and says `taken`. Needs root, as clone3 with a chosen PID does. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK 65536

/* As a thread it may touch nothing of the C library: it has no thread-local storage of its own. */
static long clone3_thread(struct clone_args *arguments)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n"
			 "0:\tmov %3, %%eax\n\t" /* pause, again and again */
			 "syscall\n\t"
			 "jmp 0b\n"
			 "1:"
			 : "=a"(result)
			 : "0"(SYS_clone3), "D"(arguments), "i"(SYS_pause), "S"(sizeof(*arguments))
			 : "rcx", "r11", "memory");
	return result;
#else
	(void)arguments;
	errno = ENOTSUP;
	return -1;
#endif
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[1] : "";
	pid_t wanted = argc > 2 ? atoi(argv[2]) : 0;
	struct clone_args arguments = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&wanted,
		.set_tid_size = 1,
	};
	long pid;

	if (strcmp(kind, "thread") == 0) {
		arguments.flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_FS | CLONE_FILES;
		arguments.exit_signal = 0;
		arguments.stack_size = STACK;
		arguments.stack = (uint64_t)(uintptr_t)mmap(NULL, STACK, PROT_READ | PROT_WRITE,
							    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pid = clone3_thread(&arguments);
	} else {
		pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
		if (pid == 0 && strcmp(kind, "zombie") == 0)
			_exit(0);
	}
	if (pid < 0) {
		perror(argc > 2 ? argv[2] : "usage: takes KIND PID");
		return 1;
	}
	if (pid > 0) {
		printf("taken\n");
		fflush(stdout);
	}
	for (;;)
		pause();
}
