/* protections.c: protections that a process has taken on itself, and that no copy of it would have. */
#ifndef CRAC_PROTECTIONS_H
#define CRAC_PROTECTIONS_H

#include <stdbool.h>

/* The variable with a number for each set of them, as it is handed on to what is executed. */
#define PROTECTIONS_NAME "CRAC_PROTECTIONS="
#define PROTECTIONS_MOST 7

/* Returns the protections that this process has and hands on to every program that it executes; 0: none. */
int protections(void);

/* Notes the protections of the process that executed this one. */
void protections_inherited(int them);

/* Tells whether libc's syscall() is to call this instead of the kernel: it does the same, and notes what came of it. */
bool is_protection(long number, const long arguments[6]);
long protect(long number, const long arguments[6]);

#endif
