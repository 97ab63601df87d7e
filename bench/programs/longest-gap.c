/*
 * longest-gap PORT PATH COMMAND…: asks a program for one response after the other, each by a connection of its own, while
 * a command runs. Prints the milliseconds of the longest time between two responses, behind what the command prints.
 */
#define _GNU_SOURCE
#include "ask.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define BEFORE 20 /* responses before the command is started: the program is warm */

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
	ask_at(port, argv[2]);
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
