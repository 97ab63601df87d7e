/* holds KIND READY [PID]: has one thing that an engine cannot dump, makes the file READY, lets go of the thing at
 * SIGUSR2 and then removes READY. KIND: userfaultfd, pidfd PID, mptcp, io_uring. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *mapped;
static size_t mapped_size;

static int hold(const char *kind, const char *pid)
{
	struct io_uring_params params = { 0 };
	int fd;

	if (strcmp(kind, "userfaultfd") == 0)
		return (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (strcmp(kind, "pidfd") == 0)
		return (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	if (strcmp(kind, "mptcp") == 0)
		return socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (strcmp(kind, "io_uring") == 0) {
		fd = (int)syscall(SYS_io_uring_setup, 4, &params);
		mapped_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
		mapped = mmap(NULL, mapped_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
		return mapped == MAP_FAILED ? -1 : fd;
	}
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	sigset_t signals;
	int fd, number;

	if (argc < 3)
		return 2;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR2);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = hold(argv[1], argc > 3 ? argv[3] : "0");
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	close(open(argv[2], O_WRONLY | O_CREAT, 0600));
	sigwait(&signals, &number);
	if (mapped)
		munmap(mapped, mapped_size);
	close(fd);
	unlink(argv[2]);
	for (;;)
		pause();
}
