/*
 * The room `preload` is the library that the dynamic linker loads into the program and into every program that it starts;
 * images know it by the name of this file. Its functions are called by any thread, and some between fork and exec.
 *
 * Preloaded into the program: answers io_uring_setup with ENOSYS, as an old kernel would.
 *
 * libuv 1.50 and later opens io_uring rings in every loop through libc's syscall(), whatever
 * UV_USE_IO_URING says, and CRIU cannot dump a ring. With ENOSYS libuv falls back to epoll.
 */
#define _GNU_SOURCE
#include "preload/carry.h"
#include "preload/opened.h"
#include "preload/protection-keys.h"
#include "preload/protections.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef long (*syscall_function)(long, long, long, long, long, long, long);

/* Tells whether the call makes a descriptor and libc has no function for it, or an older one has none. */
static bool makes_descriptor(long number)
{
	switch (number) {
	case SYS_openat:
	case SYS_userfaultfd:
	case SYS_pidfd_open:
	case SYS_memfd_create:
	case SYS_perf_event_open:
	case SYS_fanotify_init:
		return true;
	default:
		return false;
	}
}

__attribute__((visibility("default"))) long syscall(long number, ...)
{
	static syscall_function real;
	long a[6], result;
	va_list arguments;

	if (number == SYS_io_uring_setup) {
		errno = ENOSYS;
		return -1;
	}
	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_execve)
		return execve((const char *)a[0], (char *const *)a[1], (char *const *)a[2]);
	if (answers_for_key(number, a))
		return -1;
	if (is_protection(number, a))
		return protect(number, a);
	if (!real)
		real = (syscall_function)dlsym(RTLD_NEXT, "syscall");
	result = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (makes_descriptor(number))
		opened_note((int)result, __builtin_return_address(0));
	return result;
}
