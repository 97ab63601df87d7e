/* A program that goes on while its image is written: a child with the same memory, which the kernel copies where one of
 * them writes, writes it (docs/decisions/0020-forked-snapshot.md). */
#ifndef CRAC_DIRECT_SNAPSHOT_H
#define CRAC_DIRECT_SNAPSHOT_H

#include "inside.h"

/* The rest happens while all stand still. Returns the child's number, 0 in the child, or a negative errno; where `problem`
 * says why, there is none and the program must write itself. `ahead`: the marks are those of marks-ahead.c. */
long snapshot_fork(bool ahead);
/* snapshot-writer.c: the child's whole life. Says on this socket what becomes of the image. `text` as for memory_note();
 * NULL: the child reads its own. */
_Noreturn void snapshot_write(const char *socket, const char *mark, const struct context *main, const char *text);
/* Ends the child whose image nobody waits for any more; does nothing where this is no such child. */
void snapshot_look_round(void);
void snapshot_forget(void); /* in a copy, which that child has written */

/* report.c: what the command must know of files and ports, which are the program's as long as it stands still only. */
bool report_note(void);
void report_send(long connection);

#endif
