#include "crac.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write for one message, so that lines of several processes do not mix. */
static void say_list(const char *format, va_list arguments)
{
	char text[4096];
	int length = snprintf(text, sizeof(text), "crac: ");

	length += vsnprintf(text + length, sizeof(text) - length - 1, format, arguments);
	if (length > (int)sizeof(text) - 2)
		length = sizeof(text) - 2;
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, length) < 0)
		return;
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments);
	va_end(arguments);
}

void die(int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments);
	va_end(arguments);
	if (code != CRAC_EXIT_USAGE)
		start_cold_instead();
	exit(code);
}
