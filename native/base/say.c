#define _GNU_SOURCE
#include "base/say.h"
#include "base/advice.h"
#include "base/printable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int say_to = STDERR_FILENO;

/* Finds what to do after a message that ends in the words for an error: its caller knew no more. */
static const char *advice_after(const char *message, int error)
{
	size_t length = strlen(message), words = strlen(strerror(error));

	return error && length >= words && !strcmp(message + length - words, strerror(error)) ? advice_for(error) : NULL;
}

/* Says something in one write for one message, so that lines of several processes do not mix. */
static void say_list(const char *format, va_list arguments, int error)
{
	char *message = NULL, *shown = NULL, *text = NULL;
	const char *advice;
	int length = -1;

	if (vasprintf(&message, format, arguments) >= 0 && (shown = printable(message, true))) {
		advice = advice_after(message, error);
		length = asprintf(&text, "crac: %s%s%s\n", shown, advice ? ";\n  " : "", advice ? advice : "");
	}
	if (length >= 0 && write(say_to, text, length) >= 0)
		free(text); /* else nobody can be told */
	free(shown);
	free(message);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments, 0);
	va_end(arguments);
}

struct last_acts last_acts;

void die(int code, const char *format, ...)
{
	int error = code == CRAC_EXIT_USAGE ? 0 : errno; /* what was typed is named, and who typed it knows what to do */
	va_list arguments;

	if (last_acts.before && code != CRAC_EXIT_USAGE)
		last_acts.before();
	va_start(arguments, format);
	say_list(format, arguments, error);
	va_end(arguments);
	if (last_acts.after && code != CRAC_EXIT_USAGE)
		last_acts.after();
	exit(code);
}
