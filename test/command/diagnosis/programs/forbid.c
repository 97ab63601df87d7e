/* forbid NAME=ERRNO… -- COMMAND…: runs a command under a seccomp filter that answers these system calls with that
 * error, as the profiles of container runtimes do; sock_diag is the socket that lists sockets. It installs the filter without no_new_privs and so needs root. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; int number; } calls[] = {
	{ "clone3", SYS_clone3 },
	{ "io_uring_setup", SYS_io_uring_setup },
	{ "move_mount", SYS_move_mount },
	{ "ptrace", SYS_ptrace },
	{ "setns", SYS_setns },
	{ "unshare", SYS_unshare },
	{ "vmsplice", SYS_vmsplice },
};

static const struct { const char *name; int number; } errors[] = {
	{ "ENOENT", ENOENT },
	{ "ENOSYS", ENOSYS },
};

static int error_of(const char *equals)
{
	for (size_t i = 0; equals && i < sizeof(errors) / sizeof(*errors); i++)
		if (strcmp(equals + 1, errors[i].name) == 0)
			return errors[i].number;
	return EPERM;
}

/* Sockets of one netlink protocol, as where the kernel's module for it cannot be loaded. */
static size_t forbid_netlink(struct sock_filter *code, unsigned protocol, int error)
{
	struct sock_filter lines[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};

	memcpy(code, lines, sizeof(lines));
	return sizeof(lines) / sizeof(*lines);
}

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

	for (; i < argc && strcmp(argv[i], "--") != 0 && program.len < 50; i++) {
		const char *equals = strchr(argv[i], '=');
		size_t length = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
		int error = error_of(equals), number;

		if (length == strlen("sock_diag") && strncmp(argv[i], "sock_diag", length) == 0) {
			program.len += forbid_netlink(code + program.len, NETLINK_SOCK_DIAG, error);
			continue;
		}
		number = number_of(argv[i], length);
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
