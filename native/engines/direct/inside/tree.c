#define _GNU_SOURCE
#include "tree.h"
#include "caller-streams.h"
#include "descriptors.h"
#include "queues.h"
#include "engines/direct/give-up.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define GIVEN_MAX 4096
#define USUAL_SIZE 65536
#define FAILED 72 /* CRAC_EXIT_IMAGE */
#define EXPORT __attribute__((visibility("default")))

static struct {
	bool is_one;
	int member, count;
	struct slots passing;
	struct given given[GIVEN_MAX];
} tree;

EXPORT direct_tree crac_direct_tree;
EXPORT direct_children crac_direct_children;

static bool read_number(const char **at, int most, int *number)
{
	uint64_t read;

	if (**at < '0' || **at > '9')
		return false;
	read = text_number(at, 10);
	*number = (int)read;
	return read <= (uint64_t)most;
}

static bool read_how(const char **at, struct given *given)
{
	given->leads = **at == 'l';
	given->is_stream = **at == 's';
	given->is_taken = **at == 't';
	given->is_passed = **at == 'p';
	return *(*at)++ == 'f' || given->leads || given->is_stream || given->is_taken || given->is_passed;
}

/* `text` is the member's number, the first slot over which is passed and the one behind the last; and for each descriptor a
 * blank and `number:slot:how`, where `how` is l, f, s, p or t: leads, follows, stream, passed, taken. */
bool crac_direct_tree(const char *text)
{
	tree_end();
	if (!read_number(&text, MEMBERS_MAX - 1, &tree.member) || *text++ != ':' || !read_number(&text, 2 * SHARED_MAX, &tree.passing.from) ||
	    *text++ != ':' || !read_number(&text, 2 * SHARED_MAX, &tree.passing.to))
		return false;
	while (*text == ' ' && tree.count < GIVEN_MAX) {
		struct given *given = &tree.given[tree.count++];

		text++;
		if (!read_number(&text, 1 << 24, &given->number) || *text++ != ':' || !read_number(&text, 2 * SHARED_MAX + 2, &given->slot) ||
		    *text++ != ':' || !read_how(&text, given))
			return false;
	}
	tree.is_one = *text == '\0';
	return tree.is_one;
}

/* The children of this process in a copy, by the numbers that they had: told once, as other children may get these. */
int crac_direct_children(const struct child_pid **children)
{
	int count = handover.tree.child_count;

	*children = handover.tree.children;
	handover.tree.child_count = 0;
	return count;
}

static const struct given *find(int number, bool is_passed)
{
	for (int i = 0; i < tree.count; i++)
		if (tree.given[i].number == number && tree.given[i].is_passed == is_passed)
			return &tree.given[i];
	return NULL;
}

const struct given *given_of(int number)
{
	return find(number, false);
}

const struct given *passed_of(int number)
{
	return find(number, true);
}

struct slots passing_slots(void)
{
	return tree.passing;
}

int tree_member(void)
{
	return tree.member;
}

bool tree_is_one(void)
{
	return tree.is_one;
}

void tree_end(void)
{
	tree.is_one = false;
	tree.member = tree.count = 0;
	tree.passing = (struct slots){ 0, 0 };
}

static void put_back(const struct descriptor *descriptor, const struct given *given)
{
	int other = handover.tree.base + (given->slot ^ 1);

	if (descriptor->kind == KIND_PAIR) {
		queue_put_back(descriptor, other, NULL);
		return;
	}
	if (descriptor->position != USUAL_SIZE)
		RAW(fcntl, handover.tree.base + given->slot, F_SETPIPE_SZ, descriptor->position);
	if (descriptor->length > 0)
		write_whole(other, descriptor->content, descriptor->length);
}

void given_remake(const struct descriptor *descriptor)
{
	const struct given *given = given_of(descriptor->number);

	if (given->is_taken)
		return; /* when it is there */
	if (given->leads)
		put_back(descriptor, given);
	need(RAW(dup3, handover.tree.base + given->slot, descriptor->number, descriptor->close_on_exec ? O_CLOEXEC : 0),
	     "cannot put a descriptor of the program in its place");
}

/* What another process might stumble over while it puts back what this end holds. */
static void set_up(const struct descriptor *descriptor)
{
	const struct given *given = given_of(descriptor->number);

	if (!given || !given->leads || descriptor->same_as >= 0)
		return;
	if (descriptor->kind == KIND_PAIR) {
		socket_options_set(descriptor->number, &descriptor->socket->options);
		if (descriptor->socket->shutdown & 3)
			RAW(shutdown, descriptor->number, (descriptor->socket->shutdown & 3) - 1);
	}
	need(RAW(fcntl, descriptor->number, F_SETFL, descriptor->flags), "cannot make a descriptor as it was");
}

_Noreturn void tree_end_with_others(void)
{
	const struct tree_place *place = &handover.tree;
	int code = give_up_children(place, FAILED);

	if (place->member == 0) {
		caller_streams_give_back();
		give_up(handover.payload, code);
	}
	for (;;)
		RAW(exit_group, code);
}

void tree_meet(void)
{
	struct tree_place *place = &handover.tree;
	char byte = 0;
	int done = 0;

	if (place->count == 0)
		return;
	RAW(close_range, place->base, place->end - 1, 0);
	RAW(write, place->done[1], &byte, 1);
	RAW(close, place->meet[1]);
	while (RAW(read, place->meet[0], &byte, 1) == -4 /* EINTR */)
		;
	RAW(ioctl, place->done[0], FIONREAD, &done);
	RAW(close, place->meet[0]);
	RAW(close, place->done[1]);
	if (done != place->count)
		tree_end_with_others();
	RAW(close, place->done[0]);
	place->count = 0;
	for (int i = 0; i < descriptors.count; i++)
		set_up(&descriptors.all[i]);
}
