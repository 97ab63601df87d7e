/*
 * first-byte PORT PATH COMMAND…: starts a command, asks every 0.1 ms for one response of the program, and ends it. Prints
 * the milliseconds from before the fork until the first byte of the response; with port 0 until the command has ended.
 */
#define _GNU_SOURCE
#include "ask.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define GIVE_UP 60e3 /* milliseconds */

static void pause_for(long nanoseconds)
{
	nanosleep(&(struct timespec){ 0, nanoseconds }, NULL);
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
	ask_at(port, argv[2]);
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
