#define _GNU_SOURCE
#include "restore/users.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Users and groups of /etc/passwd and /etc/group only: this binary loads no name service. */

/* Returns the user's number, -1 where there is none of this name. */
long long user_number(const char *name)
{
	char *text = read_file("/etc/passwd", NULL), *rest = text, *line;
	long long number = -1;

	while (number < 0 && rest && (line = strsep(&rest, "\n"))) {
		char *user = strsep(&line, ":"), *id;

		strsep(&line, ":");
		id = line ? strsep(&line, ":") : NULL;
		if (id && strcmp(user, name) == 0)
			number = atoll(id);
	}
	free(text);
	return number;
}

static bool in_list(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
		if (strcspn(at, ",\n") != length || strncmp(at, name, length) != 0)
			return false;
	return true;
}

/* Tells whether nobody is in this group but the user of this number, as where each user has a group of their own. */
bool is_private_group(gid_t group, uid_t user)
{
	char *text = read_file("/etc/group", NULL), *rest = text, *line;
	char own_name[64] = "";
	bool known = false, alone = true;
	char *users = read_file("/etc/passwd", NULL), *others = users;

	while (others && (line = strsep(&others, "\n"))) {
		char *name = strsep(&line, ":"), *id, *primary;

		strsep(&line, ":");
		id = line ? strsep(&line, ":") : NULL;
		primary = line ? strsep(&line, ":") : NULL;
		if (id && atoll(id) == user)
			snprintf(own_name, sizeof(own_name), "%s", name);
		else if (primary && atoll(primary) == group)
			alone = false;
	}
	while (rest && (line = strsep(&rest, "\n"))) {
		char *id;

		strsep(&line, ":");
		strsep(&line, ":");
		id = line ? strsep(&line, ":") : NULL;
		if (!id || atoll(id) != group)
			continue;
		known = true;
		alone = alone && (!line || in_list(line, own_name));
	}
	free(text);
	free(users);
	return known && alone;
}
