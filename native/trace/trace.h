/*
 * The room `trace`. Preloaded into a program that `crac trace` runs: after each call that makes a descriptor, the stack that led to it
 * is written into a file that is mapped by all processes of the run. strace tells which calls there were; this tells
 * from where, without stopping the program for each frame.
 */
#ifndef CRAC_TRACE_H
#define CRAC_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

/* journal.c: writes one record of the mapped file; false where there is no file, or it is full */
bool journal_open(void);
void journal_write(const char *text, size_t length);

/* stack.c: writes the native stack as lines "n FILE ADDRESS", innermost first */
void stack_prepare(void);
size_t stack_text(char *buffer, size_t size);

/* javascript.c: writes the JavaScript stack of this thread, if it runs JavaScript */
size_t javascript_text(char *buffer, size_t size);

/* v8-state.c: tells whether JavaScript may be called now */
bool javascript_may_run(void);

/* java.c: writes the Java stack of this thread, if its native stack begins in a native method */
size_t java_text(const char *native, char *buffer, size_t size);

/* address.c: writes "w " and the addresses of a TCP socket */
size_t address_text(int fd, char *buffer, size_t size);

/* note.c: writes down who made these descriptors, or closes the one that is followed; leaves errno alone */
void note(int fd, int other);
void note_close(int fd);
/* Does the same for a descriptor that was accepted, or listens now. */
void note_accepted(int fd);
void note_listening(int fd);

#endif
