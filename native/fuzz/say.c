#define _GNU_SOURCE
#include "base/say.h"
#include "base/printable.h"
#include "fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* In the place of native/base/say.c: messages are made, not printed. */

jmp_buf refused;
struct last_acts last_acts;
int say_to = 2;

static void make(const char *format, va_list arguments)
{
	char *message = NULL;

	if (vasprintf(&message, format, arguments) >= 0)
		free(printable(message, true));
	free(message);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	make(format, arguments);
	va_end(arguments);
}

void die(int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	make(format, arguments);
	va_end(arguments);
	longjmp(refused, code ? code : 1);
}
