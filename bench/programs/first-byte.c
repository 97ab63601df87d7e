/*
 * first-byte PORT PATH COMMAND…: starts a command, asks every 0.1 ms for one response of the program, and ends it. Prints
 * the milliseconds from before the fork until the first byte of the response; with port 0 until the command has ended.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP 60e3 /* milliseconds */

static struct sockaddr_in where = { .sin_family = AF_INET };
static char text[1024];
static int length;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void pause_for(long nanoseconds)
{
	nanosleep(&(struct timespec){ 0, nanoseconds }, NULL);
}

static bool answers(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char block[4096];
	bool answered = false;

	if (connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0)
		answered = write(fd, text, length) == length && read(fd, block, sizeof(block)) > 0;
	close(fd);
	return answered;
}

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	execvp(*command, command);
	perror(*command);
	_exit(127);
}

/* With all that it has started: an engine's processes are this one's children by now. */
static void end(pid_t pid)
{
	kill(-pid, SIGTERM);
	for (int i = 0; i < 1000 && waitpid(-1, NULL, WNOHANG) >= 0; i++) {
		if (i == 500)
			kill(-pid, SIGKILL);
		pause_for(2000000);
	}
}

int main(int argc, char **argv)
{
	double began;
	pid_t pid;
	int status, port;

	if (argc < 4)
		return 2;
	port = atoi(argv[1]);
	where.sin_port = htons(port);
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", argv[2]);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	began = now();
	pid = start(argv + 3);
	if (port == 0 && waitpid(pid, &status, 0) == pid) {
		printf("%.3f\n", now() - began);
		return status;
	}
	while (!answers()) {
		if (waitpid(pid, &status, WNOHANG) == pid || now() - began > GIVE_UP) {
			fprintf(stderr, "no answer from %s\n", argv[3]);
			end(pid);
			return 1;
		}
		pause_for(100000);
	}
	printf("%.3f\n", now() - began);
	end(pid);
	return 0;
}
