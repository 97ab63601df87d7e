#include "base/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Words of a line with one space between. Nothing is cut to fit, and no number wraps. */

static bool step(const char **at, const char *end)
{
	if (*end && *end != ' ')
		return false;
	*at = *end ? end + 1 : end;
	return true;
}

bool scan_number(const char **at, long long low, long long high, long long *number)
{
	const char *digits = **at == '-' ? *at + 1 : *at;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*number = strtoll(*at, &end, 10);
	return errno == 0 && *number >= low && *number <= high && step(at, end);
}

bool scan_word(const char **at, char *word, size_t room)
{
	size_t length = strcspn(*at, " ");

	if (length == 0 || length >= room)
		return false;
	memcpy(word, *at, length);
	word[length] = '\0';
	return step(at, *at + length);
}

/* Tells whether a name is that of a file of a directory by itself: no path leads out of an image. */
bool is_file_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strlen(name) < 256;
}
