#define _GNU_SOURCE
#include "addon/addon.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Forks by the bare system call: libc's fork would call what libraries have registered for one, and nothing of them is
 * used. */
static pid_t fork_bare(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

typedef int execute(const char *path, char *const argv[], char *const environment[]);

static _Noreturn void become(char **argv, char **environment, execute *apart)
{
	int null = open("/dev/null", O_RDONLY);

	setsid(); /* Ctrl-C at the terminal is the program's */
	dup2(null, 0);
	dup2(2, 1);
	dup2(1, 2); /* Node closes its own at exec */
	syscall(SYS_close_range, 3, ~0U, 0);
	apart(argv[0], argv, environment);
	_exit(127);
}

/* Returns the environment without what the program may have set for Node processes of its own: options, the descriptor of
 * a channel to a parent, a place for coverage. Another Node would end by it, or wait for ever. */
static char **environment_of_others(void)
{
	size_t count = 0, kept = 0;
	char **others;

	while (environ && environ[count])
		count++;
	others = calloc(count + 1, sizeof(*others));
	for (size_t i = 0; others && i < count; i++)
		if (strncmp(environ[i], "NODE_", 5) != 0)
			others[kept++] = environ[i];
	return others;
}

/* Starts it by two forks. Returns its number, or -1 with errno. */
static pid_t start(char **argv, char **environment, execute *apart)
{
	pid_t child, made = -EAGAIN;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	child = fork_bare();
	if (child == 0) {
		made = fork_bare();
		if (made == 0)
			become(argv, environment, apart);
		made = made < 0 ? -errno : made;
		_exit(write(ends[1], &made, sizeof(made)) == sizeof(made) ? 0 : 1);
	}
	if (child < 0)
		made = -errno;
	close(ends[1]);
	while (child > 0 && read(ends[0], &made, sizeof(made)) < 0 && errno == EINTR)
		;
	close(ends[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (made < 0)
		errno = -made;
	return made < 0 ? -1 : made;
}

/* startApart(argv): starts a process that is no child of this one, which need not wait for it, and returns its PID. */
napi_value start_apart(napi_env env, napi_callback_info info)
{
	/* native/preload: what is executed without it would be of the program's tree. */
	execute *apart_of_tree = (execute *)dlsym(RTLD_DEFAULT, "crac_execute_apart");
	napi_value values[1];
	char **argv, **environment;
	pid_t apart;

	if (!arguments(env, info, 1, values))
		return NULL;
	argv = strings_of(env, values[0]);
	environment = environment_of_others();
	errno = ENOMEM;
	apart = argv && argv[0] && environment ? start(argv, environment, apart_of_tree ? apart_of_tree : execve) : -1;
	free(environment);
	return apart < 0 ? fail(env, "fork") : number(env, apart);
}
