/*
 * Preloaded into the program: notes the protections that a process takes on itself, that no copy of it would have
 * (docs/kernel-state.md), and that nothing in /proc tells of: Landlock and PR_SET_MDWE. Of a program of the engine direct
 * also seccomp filters, which other engines carry, and which /proc does not tell from those of its container.
 *
 * The note is a mapping with a name, which the agent sees in /proc/PID/maps and refuses the checkpoint
 * (src/command/checkpoint/protections.ts). A child of fork has it by itself. What is executed is told by a variable (carry.c),
 * which stays to be seen in /proc/PID/environ where this library is not in there to take it out.
 */
#define _GNU_SOURCE
#include "preload/protections.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define NOTE_SIZE 4096

/* Numbers that only newer headers have. */
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

enum { LANDLOCK = 1, MDWE = 2, SECCOMP = 4 };

static int taken;

int protections(void)
{
	return taken;
}

/* Makes the note before the protection, which may forbid it; NULL where it cannot be made. */
static void *note(int protection)
{
	const char *name = protection == LANDLOCK ? "crac-landlock" : protection == MDWE ? "crac-mdwe" : "crac-seccomp";
	int fd = memfd_create(name, MFD_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, NOTE_SIZE, PROT_NONE, MAP_PRIVATE, fd, 0);

	if (fd >= 0)
		close(fd);
	return page == MAP_FAILED ? NULL : page;
}

void protections_inherited(int them)
{
	them &= PROTECTIONS_MOST;
	for (int each = LANDLOCK; each <= SECCOMP; each <<= 1)
		if ((them & each) && !(taken & each))
			note(each);
	taken |= them;
}

static bool is_filter(long number, const long arguments[6])
{
	if (number == SYS_prctl && arguments[0] == PR_SET_SECCOMP)
		return true;
	return number == SYS_seccomp && (arguments[0] == SECCOMP_SET_MODE_STRICT || arguments[0] == SECCOMP_SET_MODE_FILTER);
}

static int kind_of(long number, const long arguments[6])
{
	if (is_filter(number, arguments))
		return dlsym(RTLD_DEFAULT, "crac_direct_dump") ? SECCOMP : 0;
	/* Without rules the call only says what is logged. */
	if (number == SYS_landlock_restrict_self && (int)arguments[0] >= 0)
		return LANDLOCK;
	return number == SYS_prctl && arguments[0] == PR_SET_MDWE && arguments[1] != 0 ? MDWE : 0;
}

bool is_protection(long number, const long arguments[6])
{
	return kind_of(number, arguments) != 0;
}

long protect(long number, const long arguments[6])
{
	static long (*real)(long, ...);
	int kind = kind_of(number, arguments), error;
	void *noted = taken & kind ? NULL : note(kind);
	long result;

	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	result = real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
	error = errno;
	if (result == 0)
		taken |= kind;
	else if (noted)
		munmap(noted, NOTE_SIZE);
	errno = error;
	return result;
}

EXPORT int prctl(int option, ...)
{
	static int (*real)(int, ...);
	long a[6] = { option };
	va_list rest;

	va_start(rest, option);
	for (int i = 1; i < 5; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	if (is_protection(SYS_prctl, a))
		return (int)protect(SYS_prctl, a);
	if (!real)
		real = (int (*)(int, ...))dlsym(RTLD_NEXT, "prctl");
	return real(option, a[1], a[2], a[3], a[4]);
}
