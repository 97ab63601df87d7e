#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/quietly.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What the kernel keeps for a process, and the engine does not carry: which memory a core dump has (secrets may be in the
 * rest), and how late timers of the main thread may be. In C: as JavaScript it took a copy half a millisecond. */

#define FILTER "/proc/self/coredump_filter"

static struct {
	bool has_filter;
	unsigned long filter;
	int slack; /* nanoseconds */
} noted;

static bool read_filter(unsigned long *filter)
{
	char text[32];
	int fd = open_quietly(FILTER, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return false; /* a kernel built without it, or no /proc */
	text[got] = '\0';
	*filter = strtoul(text, NULL, 16);
	return true;
}

static int write_filter(unsigned long filter)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%#lx", filter), fd = open_quietly(FILTER, O_WRONLY), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, length) != length)
		error = errno;
	close(fd);
	return error;
}

/* noteSettings(): before the dump, in the main thread. */
napi_value note_settings(napi_env env, napi_callback_info info)
{
	(void)info;
	noted.has_filter = read_filter(&noted.filter);
	noted.slack = prctl(PR_GET_TIMERSLACK);
	return undefined(env);
}

/* putBackSettings(): in a copy, which has those of its caller. Returns what could not be put back, a sentence, or
 * undefined. */
napi_value put_back_settings(napi_env env, napi_callback_info info)
{
	unsigned long now;
	char text[256];
	napi_value result;
	int error = 0;

	(void)info;
	if (noted.slack > 0)
		prctl(PR_SET_TIMERSLACK, (unsigned long)noted.slack);
	if (noted.has_filter && read_filter(&now) && now != noted.filter)
		error = write_filter(noted.filter);
	if (error == 0)
		return undefined(env);
	snprintf(text, sizeof(text), FILTER " was %08lx at the checkpoint: %s", noted.filter, strerror(error));
	return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result) == napi_ok ? result : NULL;
}
