/* What asks a program on this machine for one response, each by a connection of its own. */
#ifndef BENCH_ASK_H
#define BENCH_ASK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in where = { .sin_family = AF_INET };
static char text[1024];
static int length;

/* Milliseconds. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void ask_at(int port, const char *path)
{
	where.sin_port = htons(port);
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
	signal(SIGPIPE, SIG_IGN);
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

#endif
