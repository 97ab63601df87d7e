/* Stands before every function of libc's that waits until a time of a monotonic clock: in a copy that is another time for
 * the kernel, and on a machine that has been up for less time the wait would take hours. */
#define _GNU_SOURCE
#include "clock.h"
#include "inside.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#define EXPORT __attribute__((visibility("default")))
#define WAITERS_MAX 1024

/* Condition variables with an absolute limit, that somebody waits for: their limit is of another clock in a copy. */
static pthread_cond_t *waiters[WAITERS_MAX];

static int wait_begins(pthread_cond_t *condition)
{
	for (int i = 0; i < WAITERS_MAX; i++) {
		pthread_cond_t *none = NULL;

		if (!__atomic_load_n(&waiters[i], __ATOMIC_RELAXED) &&
		    __atomic_compare_exchange_n(&waiters[i], &none, condition, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return i;
	}
	return -1;
}

static void wait_ended(int index)
{
	if (index >= 0)
		__atomic_store_n(&waiters[index], NULL, __ATOMIC_SEQ_CST);
}

/* Wakes whoever waits with an absolute limit, as POSIX allows it at any time: it asks again by the clock that is now. */
void clock_wake_waiters(void)
{
	for (int i = 0; i < WAITERS_MAX; i++)
		if (waiters[i])
			pthread_cond_broadcast(waiters[i]);
}

#define NEXT(name, found)              \
	static __typeof__(&name) next; \
	if (!next)                     \
	next = (__typeof__(&name))(found)
#define NEXT_NAMED(name) NEXT(name, dlsym(RTLD_NEXT, #name))

/* On x86-64 there is an older function of this name, for programs of before 2002: dlsym might give that one. Where the CPU is
 * younger than that there is only one, of another version. */
static void *timedwait_of_libc(void)
{
	void *newer = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");

	return newer ? newer : dlsym(RTLD_NEXT, "pthread_cond_timedwait");
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *limit)
{
	NEXT(pthread_cond_timedwait, timedwait_of_libc());
	clockid_t clock = condition->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	struct timespec kernels = clock_to_kernel(clock, limit);
	int index = clock == CLOCK_MONOTONIC ? wait_begins(condition) : -1;
	int result = next(condition, mutex, &kernels);

	wait_ended(index);
	return result;
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *limit)
{
	NEXT_NAMED(pthread_cond_clockwait);
	struct timespec kernels = clock_to_kernel(clock, limit);
	int index = clock_is_monotonic(clock) ? wait_begins(condition) : -1;
	int result = next(condition, mutex, clock, &kernels);

	wait_ended(index);
	return result;
}

/* Functions whose last two arguments are the clock and the limit. */
#define WAITS_BY_CLOCK(name, type)                                                     \
	EXPORT int name(type *what, clockid_t clock, const struct timespec *limit)     \
	{                                                                              \
		NEXT_NAMED(name);                                                      \
		struct timespec kernels = clock_to_kernel(clock, limit);               \
                                                                                       \
		return next(what, clock, &kernels);                                    \
	}
WAITS_BY_CLOCK(sem_clockwait, sem_t)
WAITS_BY_CLOCK(pthread_mutex_clocklock, pthread_mutex_t)
WAITS_BY_CLOCK(pthread_rwlock_clockrdlock, pthread_rwlock_t)
WAITS_BY_CLOCK(pthread_rwlock_clockwrlock, pthread_rwlock_t)

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	NEXT_NAMED(clock_nanosleep);
	struct timespec kernels = flags & TIMER_ABSTIME ? clock_to_kernel(clock, time) : *time;

	return next(clock, flags, &kernels, left);
}

/* The clock of a timer's descriptor; where /proc does not tell, that of most of them. */
static clockid_t clock_of(int fd)
{
	static const char start[] = "/proc/self/fdinfo/", field[] = "clockid: ";
	char path[sizeof(start) + 12], text[512];
	const char *at;

	text_put_number(text_put(path, start), (uint64_t)fd);
	if (fd < 0 || proc_read(path, text, sizeof(text)) < 0 || !(at = text_find(text, field)))
		return CLOCK_MONOTONIC;
	at += sizeof(field) - 1;
	return (clockid_t)text_number(&at, 10);
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *old)
{
	NEXT_NAMED(timerfd_settime);
	struct itimerspec kernels = *wanted;

	if (clock_differs && (flags & TFD_TIMER_ABSTIME) && (kernels.it_value.tv_sec || kernels.it_value.tv_nsec))
		kernels.it_value = clock_to_kernel(clock_of(fd), &kernels.it_value);
	return next(fd, flags, &kernels, old);
}

/* Rust's standard library waits by this call itself, with a limit of the monotonic clock. */
static bool waits_until(int operation)
{
	int command = operation & FUTEX_CMD_MASK;

	return !(operation & FUTEX_CLOCK_REALTIME) && (command == FUTEX_WAIT_BITSET || command == FUTEX_WAIT_REQUEUE_PI || command == 13);
}

typedef long six(long number, long a, long b, long c, long d, long e, long f);

EXPORT six with_six __asm__("syscall"); /* C has it with any number of arguments, and the kernel with six */
static six *next_syscall;

__attribute__((constructor)) static void find_syscall(void)
{
	next_syscall = (six *)dlsym(RTLD_NEXT, "syscall");
}

__attribute__((noinline)) static long in_copy(long number, long a, long b, long c, long d, long e, long f)
{
	struct timespec kernels;
	long result;

	if (!next_syscall)
		find_syscall();
	if (number == SYS_futex && d && waits_until((int)b)) {
		kernels = clock_to_kernel(CLOCK_MONOTONIC, (const struct timespec *)d);
		return next_syscall(number, a, b, c, (long)&kernels, e, f);
	}
	if (number == SYS_clock_nanosleep && c && (b & TIMER_ABSTIME)) {
		kernels = clock_to_kernel((clockid_t)a, (const struct timespec *)c);
		return next_syscall(number, a, b, (long)&kernels, d, e, f);
	}
	result = next_syscall(number, a, b, c, d, e, f);
	if (number == SYS_clock_gettime && result == 0)
		clock_to_program((clockid_t)a, (struct timespec *)b);
	return result;
}

long with_six(long number, long a, long b, long c, long d, long e, long f)
{
	return next_syscall && !clock_differs ? next_syscall(number, a, b, c, d, e, f) : in_copy(number, a, b, c, d, e, f);
}
