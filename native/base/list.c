#define _GNU_SOURCE
#include "base/list.h"
#include "base/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void list_add(struct list *list, const char *item)
{
	list->items = realloc(list->items, (list->count + 2) * sizeof(char *));
	if (!list->items || (item && !(list->items[list->count] = strdup(item))))
		die(CRAC_EXIT_ENGINE, "out of memory: %s", strerror(errno));
	list->items[++list->count] = NULL;
}

char *copyf(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		die(CRAC_EXIT_ENGINE, "out of memory: %s", strerror(errno));
	va_end(arguments);
	return text;
}

void list_addf(struct list *list, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		die(CRAC_EXIT_ENGINE, "out of memory: %s", strerror(errno));
	va_end(arguments);
	list_add(list, text);
	free(text);
}

void list_add_all(struct list *list, const struct list *more)
{
	for (size_t i = 0; i < more->count; i++)
		list_add(list, more->items[i]);
}
