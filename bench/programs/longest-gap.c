/*
 * longest-gap PORT PATH COMMAND…: asks a program for one response after the other, each by a connection of its own, while
 * a command runs. Prints the milliseconds of the longest time between two responses, behind what the command prints.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BEFORE 20 /* responses before the command is started: the program is warm */

static struct sockaddr_in where = { .sin_family = AF_INET };
static char text[1024];
static int length;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
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

	if (pid == 0) {
		execvp(*command, command);
		perror(*command);
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	double longest = 0, last, time;
	int status = 0, port;
	pid_t pid;

	if (argc < 4)
		return 2;
	port = atoi(argv[1]);
	where.sin_port = htons(port);
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", argv[2]);
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < BEFORE; i++)
		answers();
	last = now();
	pid = start(argv + 3);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (!answers())
			continue;
		time = now();
		if (time - last > longest)
			longest = time - last;
		last = time;
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	}
	printf("%.3f\n", longest);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
