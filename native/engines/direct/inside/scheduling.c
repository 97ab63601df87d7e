#include "scheduling.h"

#include <linux/prctl.h>

#define USUAL_SLACK 50000 /* nanoseconds */

void scheduling_note(struct scheduling *scheduling)
{
	RAW(sched_getattr, 0, &scheduling->attributes, sizeof(scheduling->attributes), 0);
	scheduling->slack = RAW(prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

void scheduling_revive(const struct scheduling *scheduling)
{
	const struct scheduling_attributes *attributes = &scheduling->attributes;

	if (attributes->size && (attributes->policy || attributes->nice || attributes->flags))
		RAW(sched_setattr, 0, attributes, 0);
	if (scheduling->slack > 0 && scheduling->slack != USUAL_SLACK)
		RAW(prctl, PR_SET_TIMERSLACK, scheduling->slack, 0, 0, 0);
}
