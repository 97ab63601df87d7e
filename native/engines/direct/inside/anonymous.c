#define _GNU_SOURCE
#include "anonymous.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>

#ifndef TFD_IOC_SET_TICKS
#define TFD_IOC_SET_TICKS _IOW('T', 0, uint64_t)
#endif

static bool note_timer(struct descriptor *descriptor, const char *info)
{
	const char *value = text_find(info, "it_value: ("), *interval = text_find(info, "it_interval: (");

	if (!value || !interval)
		return refuse("a timer descriptor says nothing of its time", NULL, 0);
	descriptor->clock = (int)info_field(info, "clockid:", 10);
	interval += text_length("it_interval: (");
	descriptor->timer[0] = text_number(&interval, 10);
	interval += 2;
	descriptor->timer[1] = text_number(&interval, 10);
	value += text_length("it_value: (");
	descriptor->timer[2] = text_number(&value, 10);
	value += 2;
	descriptor->timer[3] = text_number(&value, 10);
	descriptor->position = info_field(info, "ticks:", 10);
	/* At a time of the wall clock, it is due then, however long there is no program. */
	descriptor->timer_flags = (int)info_field(info, "settime flags:", 8);
	if (descriptor->clock != CLOCK_REALTIME && descriptor->clock != CLOCK_REALTIME_ALARM)
		descriptor->timer_flags = 0;
	if (descriptor->timer_flags & TFD_TIMER_ABSTIME && (descriptor->timer[2] | descriptor->timer[3])) {
		uint64_t now[2];

		RAW(clock_gettime, CLOCK_REALTIME, now);
		descriptor->timer[2] += now[0] + (descriptor->timer[3] + now[1]) / 1000000000;
		descriptor->timer[3] = (descriptor->timer[3] + now[1]) % 1000000000;
	}
	return true;
}

bool anonymous_note(struct descriptor *descriptor, const char *link, const char *info)
{
	const char *kind = link + text_length("anon_inode:");

	if (text_same(kind, "[eventfd]")) {
		descriptor->kind = KIND_EVENTFD;
		descriptor->position = info_field(info, "eventfd-count:", 16);
		descriptor->inode = info_field(info, "eventfd-id:", 10);
		descriptor->counts_down = info_field(info, "eventfd-semaphore:", 10) != 0;
		return true;
	}
	descriptor->inode = 0; /* of all of them together */
	if (text_same(kind, "[timerfd]")) {
		descriptor->kind = KIND_TIMERFD;
		return note_timer(descriptor, info);
	}
	if (text_same(kind, "[signalfd]")) {
		descriptor->kind = KIND_SIGNALFD;
		descriptor->mask = info_field(info, "sigmask:", 16);
		return true;
	}
	if (text_same(kind, "[eventpoll]")) {
		descriptor->kind = KIND_EPOLL;
		return watches_note(descriptor->number, info);
	}
	if (text_same(kind, "inotify")) {
		descriptor->kind = KIND_INOTIFY;
		return true;
	}
	return refuse("this engine cannot make anew what the kernel calls", link, 0);
}

static void remake_timer(const struct descriptor *timer, int flags)
{
	long made = need(RAW(timerfd_create, timer->clock, flags), "cannot make a timer descriptor anew");
	uint64_t times[4] = { timer->timer[0], timer->timer[1], timer->timer[2], timer->timer[3] }, ticks = timer->position;

	RAW(timerfd_settime, made, timer->timer_flags, times, 0);
	/* That it was due is not read yet; a kernel without CONFIG_CHECKPOINT_RESTORE has it due again. */
	if (ticks && RAW(ioctl, made, TFD_IOC_SET_TICKS, &ticks) < 0) {
		times[2] = 0;
		times[3] = 1;
		RAW(timerfd_settime, made, 0, times, 0);
	}
	place(timer, made);
}

void anonymous_remake(const struct descriptor *descriptor)
{
	int flags = O_CLOEXEC | (descriptor->flags & O_NONBLOCK);
	long made;

	switch (descriptor->kind) {
	case KIND_EVENTFD:
		made = RAW(eventfd2, 0, flags | (descriptor->counts_down ? 1 : 0));
		place(descriptor, need(made, "cannot make an event counter anew"));
		if (descriptor->position)
			RAW(write, descriptor->number, &descriptor->position, 8);
		break;
	case KIND_TIMERFD:
		remake_timer(descriptor, flags);
		break;
	case KIND_SIGNALFD:
		made = RAW(signalfd4, -1, &descriptor->mask, 8, flags);
		place(descriptor, need(made, "cannot make a signal descriptor anew"));
		break;
	case KIND_EPOLL:
		place(descriptor, need(RAW(epoll_create1, O_CLOEXEC), "cannot make an epoll set anew"));
		break;
	default:
		break;
	}
}
