#define _GNU_SOURCE
#include "snapshot.h"
#include "fork-marks.h"

#include <errno.h>
#include <sched.h>

/* Where descriptors can be given up at once, the child has the program's own table until then: so it never holds open what
 * the program has closed. Else it has its own, and closes what is in it. */
static unsigned long flags_for_files(void)
{
	return RAW(close_range, ~0u, ~0u, 0) == 0 ? CLONE_FILES : 0;
}

/* No signal comes at the child's end, so wait() of the program's does not find it. */
long snapshot_fork(bool ahead)
{
	long child;

	if (!(ahead ? marks_ahead_lift() : fork_marks_lift()))
		return -EPERM;
	child = RAW(clone, flags_for_files());
	if (child == 0)
		return 0;
	fork_marks_put_back();
	if (child < 0)
		refuse("no process can be made", NULL, child);
	return child;
}
