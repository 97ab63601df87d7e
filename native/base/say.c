#define _GNU_SOURCE
#include "base/say.h"
#include "base/printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int say_to = STDERR_FILENO;

/* Says something in one write for one message, so that lines of several processes do not mix. */
static void say_list(const char *format, va_list arguments)
{
	char *message = NULL, *shown = NULL, *text = NULL;
	int length = -1;

	if (vasprintf(&message, format, arguments) >= 0 && (shown = printable(message, true)))
		length = asprintf(&text, "crac: %s\n", shown);
	if (length >= 0 && write(say_to, text, length) >= 0)
		free(text); /* else nobody can be told */
	free(shown);
	free(message);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments);
	va_end(arguments);
}

struct last_acts last_acts;

void die(int code, const char *format, ...)
{
	va_list arguments;

	if (last_acts.before && code != CRAC_EXIT_USAGE)
		last_acts.before();
	va_start(arguments, format);
	say_list(format, arguments);
	va_end(arguments);
	if (last_acts.after && code != CRAC_EXIT_USAGE)
		last_acts.after();
	exit(code);
}
