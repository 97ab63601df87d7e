/*
 * A program that `crac build` runs ends with it, however that ends. With other engines the launcher sees to that
 * (native/commands/main.c); here the program stands in its place. Its own children know nothing of it: the variable would
 * make every crac-native among them end at once.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define VARIABLE "CRAC_END_WITH_PARENT"

__attribute__((constructor)) static void end_with_parent(void)
{
	const char *parent = getenv(VARIABLE);

	if (!parent)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atoi(parent)) /* it has ended already */
		raise(SIGKILL);
	unsetenv(VARIABLE);
}
