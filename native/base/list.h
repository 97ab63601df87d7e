#ifndef CRAC_BASE_LIST_H
#define CRAC_BASE_LIST_H

#include <stddef.h>

/* A growing argv: there is a NULL behind its items. */
struct list {
	char **items;
	size_t count;
};
void list_add(struct list *list, const char *item);
void list_addf(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));
void list_add_all(struct list *list, const struct list *more);

/* Formats a text. What is made with it is given back by exec or by the end of the process, unless a caller frees it. */
char *copyf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
