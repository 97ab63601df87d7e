/* The socket by which a process that writes itself and the command speak meanwhile, each message with a NUL behind it. The
 * command says `G` and a text, you are one of several (inside/tree.c); `W` and a directory, write there; `E`, end; `X`, stand
 * still as another engine wants it. A child of the program says first `P` and its PID. Answers: `G`, known; `D`, done, or `F`
 * and why not. A program that is to go on has a child write the image and says its number first, `S`, or that it must do it
 * itself, `N` and why. */
#ifndef CRAC_ADDON_DIRECT_WORDS_H
#define CRAC_ADDON_DIRECT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Returns the connection, or -1 with errno. */
int words_reach(const char *path);
/* Tells the PID of a child of the program; does nothing for 0, the program itself. */
bool words_say_who(int connection, int member);
/* Waits until the command says something, or has gone, or the mailbox has a word. Returns the length, 0 for the latter. */
ssize_t words_hear(int connection, int mailbox, char *text, size_t room);
/* Answers without allocating: threads stand still that may have the allocator's lock. */
void words_answer(int connection, const char *word, const char *text);

#endif
