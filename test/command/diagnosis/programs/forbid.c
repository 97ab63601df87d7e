/* forbid NAME=ERRNO… -- COMMAND…: runs a command under a seccomp filter that answers these system calls with that
 * error, as the profiles of container runtimes do. It installs the filter without no_new_privs and so needs root. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; int number; } calls[] = {
	{ "clone3", SYS_clone3 },
	{ "io_uring_setup", SYS_io_uring_setup },
	{ "move_mount", SYS_move_mount },
	{ "ptrace", SYS_ptrace },
	{ "unshare", SYS_unshare },
	{ "vmsplice", SYS_vmsplice },
};

static int number_of(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strlen(calls[i].name) == length && strncmp(calls[i].name, name, length) == 0)
			return calls[i].number;
	fprintf(stderr, "forbid: unknown system call %.*s\n", (int)length, name);
	exit(2);
}

int main(int argc, char **argv)
{
	struct sock_filter code[64] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .len = 1, .filter = code };
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0 && program.len < 60; i++) {
		const char *equals = strchr(argv[i], '=');
		int error = equals && strcmp(equals, "=ENOSYS") == 0 ? ENOSYS : EPERM;
		int number = number_of(argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]));

		code[program.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
		code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error);
	}
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (i + 1 >= argc) {
		fprintf(stderr, "usage: forbid NAME=ERRNO... -- COMMAND...\n");
		return 2;
	}
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
		perror("forbid: cannot set the filter");
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
