#define _GNU_SOURCE
#include "engines/direct/members.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/scan.h"
#include "restore/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* A copy of a tree: what its processes have between them is made first, at the same numbers for all; then each process
 * starts its children, and becomes what it was. */

bool member_parse(const char *at, int number, struct member *member)
{
	long long own, parent, was;
	char leads[16] = "";

	if (!scan_number(&at, number, number, &own) || !scan_number(&at, 0, number - 1, &parent) ||
	    !scan_number(&at, 1, 1 << 22, &was) || (*at && !scan_word(&at, leads, sizeof(leads))) || *at)
		return false;
	member->leads_session = strcmp(leads, "session") == 0;
	member->leads_group = strcmp(leads, "group") == 0;
	if (*leads && !member->leads_session && !member->leads_group)
		return false;
	member->parent = (int)parent;
	member->was = (int)was;
	return true;
}

void members_read(const struct restore *restore, struct members *members)
{
	const struct conf *conf = &restore->conf;
	const char *value;

	members->count = 1;
	for (size_t at = 0; (value = conf_each(conf, "member", &at)); members->count++)
		if (members->count == MEMBERS_MAX || !member_parse(value, members->count, &members->all[members->count]))
			conf_bad_value(conf, "member", value);
	/* In their order: the number of a shared one is that of its line. */
	for (size_t at = 0; (value = conf_each(conf, "shared", &at));) {
		bool is_pipe = strcmp(value, "pipe") == 0;

		if ((!is_pipe && strcmp(value, "pair") != 0) || (is_pipe && members->pairs > 0) ||
		    members->pipes + members->pairs == SHARED_MAX)
			conf_bad_value(conf, "shared", value);
		if (is_pipe)
			members->pipes++;
		else
			members->pairs++;
	}
}

static _Noreturn void die_descriptors(void)
{
	die(CRAC_EXIT_ENGINE, "cannot make what the program's processes have between them: %s. Allow more descriptors (ulimit -n)",
	    strerror(errno));
}

static void put(int made, int number)
{
	if (dup3(made, number, O_CLOEXEC) < 0)
		die_descriptors();
	close(made);
}

/* The highest number that any of them has. */
static int highest(const struct members *members)
{
	int found = 2;

	for (int i = 0; i < members->count; i++)
		if ((int)members->all[i].standing.tables.header->highest_fd > found)
			found = (int)members->all[i].standing.tables.header->highest_fd;
	for (int i = 0; i < members->count; i++) /* and what is open here for a moment */
		for (uint32_t k = 0; k <= members->all[i].standing.tables.header->files.count; k++)
			if (members->all[i].standing.file_fds[k] > found)
				found = members->all[i].standing.file_fds[k];
	return found;
}

static void make_shared(const struct members *members, struct tree_place *place)
{
	int next = place->base = highest(members) + 64, ends[2];

	for (int i = 0; i < members->pipes + members->pairs; i++) {
		if ((i < members->pipes ? pipe2(ends, O_CLOEXEC) : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) < 0)
			die_descriptors();
		put(ends[0], next++);
		put(ends[1], next++);
	}
	for (int stream = 0; stream < 3; stream++)
		if (dup3(stream, next++, O_CLOEXEC) < 0)
			die_descriptors();
	place->end = next;
	for (int i = 0; i < 2; i++) {
		int *to = i == 0 ? place->done : place->meet;

		if (pipe2(ends, O_CLOEXEC) < 0)
			die_descriptors();
		put(ends[0], to[0] = next++);
		put(ends[1], to[1] = next++);
	}
}

/* Returns the number of the process that this is: in the child another one. */
static int start_child(const struct restore *restore, const struct members *members, struct tree_place *place, int number)
{
	pid_t child = fork();

	if (child < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (child == 0) {
		record_disown();
		if (members->all[number].leads_session)
			setsid();
		if (members->all[number].leads_group)
			setpgid(0, 0);
		write_file(restore->record, copyf("%d.now", members->all[number].was), copyf("%d", (int)getpid()));
		last_acts = (struct last_acts){ 0 }; /* are the program's, which sees that this one has failed */
		place->child_count = 0;
		place->member = number;
		return number;
	}
	place->children[place->child_count++] = (struct child_pid){ members->all[number].was, (int)child };
	return place->member;
}

static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int members_start(const struct restore *restore, const struct members *members, struct tree_place *place)
{
	int self = 0;

	*place = (struct tree_place){ 0 };
	if (members->count == 1)
		return 0;
	allow_descriptors();
	place->count = members->count;
	make_shared(members, place);
	/* A child's number is higher than its parent's, so each process finds its own behind itself. */
	for (int i = 1; i < members->count; i++)
		if (members->all[i].parent == self && i > self)
			self = start_child(restore, members, place, i);
	return self;
}
