/* What pipes, sockets and files without a name hold, taken along: a little of it in this library's own memory, the rest in
 * mappings that are part of the image and go when a copy has put it back. */
#ifndef CRAC_DIRECT_CONTENT_H
#define CRAC_DIRECT_CONTENT_H

#include "inside.h"

#define CONTENT_MAX (1ull << 30)

void content_begin(void);
/* Takes room for so many bytes, zeros; NULL, and the problem is said, where there is none. */
unsigned char *content_take(uint64_t length);
/* Takes the same right behind what was taken so before, where nothing else was meanwhile. */
unsigned char *content_take_next(uint64_t length);
/* Ends the taking: nothing is added any more. */
void content_seal(void);
/* Tells whether a mapping is one of these. */
bool content_is(uint64_t start, uint64_t end);
/* Gives all of it back, in a copy that has put it back, or where the program goes on. */
void content_drop(void);

#endif
