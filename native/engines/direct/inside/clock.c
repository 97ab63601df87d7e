/*
 * The monotonic clock goes on in a copy where it stood at the dump, as it does in a time namespace: timers keep the time
 * that they had left. Until there is such a copy, a call costs one comparison more than libc's own.
 */
#define _GNU_SOURCE
#include "inside.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/timerfd.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define WAITERS_MAX 1024

int64_t clock_offset;

static uint64_t at_dump; /* as the kernel said it */
static int (*next_gettime)(clockid_t, struct timespec *);

/* Condition variables with an absolute limit, that somebody waits for: their limit is of another clock in a copy. */
static pthread_cond_t *waiters[WAITERS_MAX];

static bool is_monotonic(clockid_t clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

static struct timespec shifted(const struct timespec *time, int64_t by)
{
	int64_t all = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + by;

	if (all < 0)
		all = 0;
	return (struct timespec){ .tv_sec = all / 1000000000, .tv_nsec = all % 1000000000 };
}

__attribute__((constructor)) static void find_next(void)
{
	next_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *time)
{
	int result;

	if (!next_gettime)
		find_next();
	result = next_gettime(clock, time);
	if (__builtin_expect(clock_offset != 0, 0) && result == 0 && is_monotonic(clock))
		*time = shifted(time, clock_offset);
	return result;
}

static struct timespec of_kernel(clockid_t clock, const struct timespec *time)
{
	return clock_offset != 0 && is_monotonic(clock) ? shifted(time, -clock_offset) : *time;
}

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

#define NEXT(name, found)              \
	static __typeof__(&name) next; \
	if (!next)                     \
	next = (__typeof__(&name))(found)

/* There is an older function of this name, for programs of before 2002: dlsym might give that one. */
EXPORT int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *limit)
{
	NEXT(pthread_cond_timedwait, dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"));
	clockid_t clock = condition->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	struct timespec kernels = of_kernel(clock, limit);
	int index = clock == CLOCK_MONOTONIC ? wait_begins(condition) : -1;
	int result = next(condition, mutex, &kernels);

	wait_ended(index);
	return result;
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *limit)
{
	NEXT(pthread_cond_clockwait, dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
	struct timespec kernels = of_kernel(clock, limit);
	int index = is_monotonic(clock) ? wait_begins(condition) : -1;
	int result = next(condition, mutex, clock, &kernels);

	wait_ended(index);
	return result;
}

EXPORT int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *limit)
{
	NEXT(sem_clockwait, dlsym(RTLD_NEXT, "sem_clockwait"));
	struct timespec kernels = of_kernel(clock, limit);

	return next(semaphore, clock, &kernels);
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	NEXT(clock_nanosleep, dlsym(RTLD_NEXT, "clock_nanosleep"));
	struct timespec kernels = flags & TIMER_ABSTIME ? of_kernel(clock, time) : *time;

	return next(clock, flags, &kernels, left);
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *old)
{
	NEXT(timerfd_settime, dlsym(RTLD_NEXT, "timerfd_settime"));
	struct itimerspec kernels = *wanted;

	/* The clock of the descriptor is not asked: with the offset of another one it would be wrong, and is so only for
	 * absolute times of the wall clock, which are far above any monotonic one. */
	if ((flags & TFD_TIMER_ABSTIME) && clock_offset != 0 && kernels.it_value.tv_sec + kernels.it_value.tv_nsec != 0 &&
	    kernels.it_value.tv_sec < 1000000000)
		kernels.it_value = shifted(&kernels.it_value, -clock_offset);
	return next(fd, flags, &kernels, old);
}

void clock_note(void)
{
	at_dump = raw_now();
}

/* In a copy, before any of the program's own code: what it saw last, plus nothing. Whoever waits with an absolute limit is
 * woken, as POSIX allows it at any time, and asks again by the clock that is now. */
void clock_go_on(void)
{
	clock_offset += (int64_t)(at_dump - raw_now());
}

void clock_wake_waiters(void)
{
	for (int i = 0; i < WAITERS_MAX; i++)
		if (waiters[i])
			pthread_cond_broadcast(waiters[i]);
}
