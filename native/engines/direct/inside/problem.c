#include "caller-streams.h"
#include "inside.h"
#include "engines/direct/error-text.h"
#include "engines/direct/give-up.h"

char problem[4096];

static char *put_error(char *to, long error)
{
	if (error >= 0)
		return to;
	return text_put_number(text_put(to, ": error "), (uint64_t)-error);
}

static char *put_most(char *to, const char *text, size_t most)
{
	for (; *text && most > 0; most--)
		*to++ = *text++;
	*to = '\0';
	return to;
}

bool refuse(const char *what, const char *name, long error)
{
	char *to = problem;

	if (*problem)
		return false;
	to = text_put(to, what);
	if (name)
		to = put_most(text_put(to, " "), name, 3000);
	put_error(to, error);
	return false;
}

bool refuse_number(const char *what, uint64_t number, const char *then)
{
	if (!*problem)
		text_put(text_put_number(text_put(problem, what), number), then);
	return false;
}

_Noreturn void die_restored(int code, const char *what, const char *name, long error)
{
	char *to;

	*problem = '\0';
	refuse(what, name, 0); /* of a dump, the command gives errors their names: here nobody else does */
	to = problem + text_length(problem);
	to = text_put(error_put_remedy(error_put(to, error), error), "\n");
	RAW(write, 2, "crac: ", 6);
	RAW(write, 2, problem, to - problem);
	give_up_children(&handover.tree, code);
	if (handover.tree.count > 0 && handover.tree.member > 0)
		for (;;) /* the program itself gives up then (tree.c) */
			RAW(exit_group, code);
	caller_streams_give_back();
	give_up(handover.payload, code);
}
