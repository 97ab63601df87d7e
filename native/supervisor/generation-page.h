#ifndef CRAC_SUPERVISOR_GENERATION_PAGE_H
#define CRAC_SUPERVISOR_GENERATION_PAGE_H

#include <sys/types.h>

/* The place and the form in which a program's generation page (native/generation.h) is shown. */
struct generation_page {
	const char *place;     /* the path that the image's processes have mapped; NULL: the one beside this binary */
	const char *pid_alias; /* --pid-alias, or NULL */
};

void generation_show(const struct generation_page *page, const char *record, pid_t program);
void generation_of_program(void);
int generation_own(const char *record, const char *pid_alias);
int generation_of_member(const char *record, int of_program);

#endif
