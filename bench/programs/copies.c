/*
 * copies COUNT LANES FIRST_PORT PATH COMMAND…: starts COUNT copies of a command, LANES of them at any time, each until it
 * has answered one request on a port of its own, which replaces {to} in the command. Prints one line of JSON, and ends
 * the copies when its standard input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP 120.0 /* seconds */

struct copy {
	pid_t pid;
	double began, took;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static bool answers(int port, const char *path)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { .tv_sec = 20 };
	char text[1024], block[4096];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int length = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
	bool answered;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	answered = connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0 && write(fd, text, length) == length &&
		   read(fd, block, sizeof(block)) > 0;
	close(fd);
	return answered;
}

static char *replaced(const char *word, int port)
{
	const char *mark = strstr(word, "{to}");
	char *text;

	if (!mark)
		return strdup(word);
	return asprintf(&text, "%.*s%d%s", (int)(mark - word), word, port, mark + 4) < 0 ? NULL : text;
}

static pid_t start(char **command, int port)
{
	char *words[64] = { 0 };
	pid_t pid;
	int null;

	for (int i = 0; command[i] && i < 63; i++)
		words[i] = replaced(command[i], port);
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		execvp(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	for (int i = 0; words[i]; i++)
		free(words[i]);
	return pid;
}

static void end_all(struct copy *copies, int count)
{
	for (int i = 0; i < count; i++)
		if (copies[i].pid > 0)
			kill(copies[i].pid, SIGKILL);
	for (int i = 0; i < count; i++)
		if (copies[i].pid > 0)
			waitpid(copies[i].pid, NULL, 0);
}

int main(int argc, char **argv)
{
	int count = argc > 5 ? atoi(argv[1]) : 0, lanes = argc > 5 ? atoi(argv[2]) : 0, first = argc > 5 ? atoi(argv[3]) : 0;
	int started = 0, done = 0, oldest = 0;
	struct copy *copies = calloc(count + 1, sizeof(*copies));
	double began = now();
	char end;

	if (count < 1 || lanes < 1 || !copies)
		return 2;
	while (done < count) {
		for (; started < count && started - done < lanes; started++)
			copies[started] = (struct copy){ start(argv + 5, first + started), now(), 0 };
		for (int i = oldest; i < started; i++)
			if (copies[i].took == 0 && answers(first + i, argv[4])) {
				copies[i].took = now() - copies[i].began;
				done++;
			}
		while (oldest < started && copies[oldest].took > 0)
			oldest++;
		if (now() - copies[oldest].began > GIVE_UP && oldest < started) {
			fprintf(stderr, "copy %d does not answer\n", oldest);
			end_all(copies, started);
			return 1;
		}
		usleep(300);
	}
	printf("{\"seconds\":%f,\"each\":[", now() - began);
	for (int i = 0; i < count; i++)
		printf("%s%.2f", i ? "," : "", copies[i].took * 1000);
	printf("],\"pids\":[");
	for (int i = 0; i < count; i++)
		printf("%s%d", i ? "," : "", (int)copies[i].pid);
	printf("]}\n");
	fflush(stdout);
	while (read(0, &end, 1) > 0)
		;
	end_all(copies, count);
	return 0;
}
