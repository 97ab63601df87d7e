/* Reading what the kernel writes in /proc, and writing short messages, without libc. */
#ifndef CRAC_DIRECT_TEXT_H
#define CRAC_DIRECT_TEXT_H

#include "engines/direct/arch.h" /* bytes_copy, bytes_clear: no function of libc may be called for them */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static inline bool text_starts(const char *text, const char *start)
{
	while (*start)
		if (*text++ != *start++)
			return false;
	return true;
}

static inline bool text_same(const char *a, const char *b)
{
	return text_starts(a, b) && text_length(a) == text_length(b);
}

static inline bool text_ends(const char *text, const char *end)
{
	size_t length = text_length(text), of_end = text_length(end);

	return length >= of_end && text_same(text + length - of_end, end);
}

static inline const char *text_find(const char *text, const char *what)
{
	for (; *text; text++)
		if (text_starts(text, what))
			return text;
	return NULL;
}

static inline void text_blanks(const char **at)
{
	while (**at == ' ' || **at == '\t')
		++*at;
}

/* A number in this base of digits and small letters; moves behind it. */
static inline uint64_t text_number(const char **at, unsigned base)
{
	uint64_t value = 0;

	for (;; ++*at) {
		char c = **at;
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;

		if (digit >= base)
			return value;
		value = value * base + digit;
	}
}

/* These write behind `to` and return the end, where there is a NUL. */
static inline char *text_put(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	*to = '\0';
	return to;
}

static inline char *text_put_number(char *to, uint64_t value)
{
	char digits[24];
	int count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while (value /= 10);
	while (count)
		*to++ = digits[--count];
	*to = '\0';
	return to;
}

#endif
