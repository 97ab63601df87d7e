#include "engines/direct/restorer/fail.h"
#include "engines/direct/error-text.h"
#include "engines/direct/give-up.h"
#include "engines/direct/raw.h"
#include "engines/direct/text.h"

#define FAILED 72 /* CRAC_EXIT_IMAGE */

_Noreturn void fail(const struct plan *plan, const char *what, const char *name, long error)
{
	char text[5000], *to = text_put(text_put(text, "crac: "), what);

	if (name)
		to = text_put(text_put(to, " "), name);
	to = text_put(error_put_remedy(error_put(to, error), error), "\n");
	RAW(write, 2, text, to - text);
	give_up_children(&plan->handover.tree, FAILED);
	if (plan->handover.tree.member > 0)
		for (;;) /* the program itself gives up then (inside/tree.c) */
			RAW(exit_group, FAILED);
	give_up(plan->handover.payload, FAILED);
}
