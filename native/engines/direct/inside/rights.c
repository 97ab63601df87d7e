#define _GNU_SOURCE
#include "rights.h"

#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#define GROUPS_MAX 1024

static struct {
	uint32_t users[3], groups[3], others[GROUPS_MAX]; /* real, effective, saved */
	int other_count;
	bool changed; /* since the program was started: then it is its own choice */
	struct __user_cap_data_struct capabilities[2];
	bool no_new;
	long securebits;
} rights;

static struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };

bool rights_note(void)
{
	long got;

	RAW(getresuid, &rights.users[0], &rights.users[1], &rights.users[2]);
	RAW(getresgid, &rights.groups[0], &rights.groups[1], &rights.groups[2]);
	got = RAW(getgroups, GROUPS_MAX, rights.others);
	if (got < 0)
		return refuse("the program's groups cannot be noted", NULL, got);
	rights.other_count = (int)got;
	rights.changed = rights.users[0] != getauxval(AT_UID) || rights.users[1] != getauxval(AT_EUID) ||
			 rights.groups[0] != getauxval(AT_GID) || rights.groups[1] != getauxval(AT_EGID);
	got = RAW(capget, &header, rights.capabilities);
	if (got < 0)
		return refuse("the program's capabilities cannot be noted", NULL, got);
	rights.no_new = RAW(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	rights.securebits = RAW(prctl, PR_GET_SECUREBITS, 0, 0, 0, 0);
	return true;
}

/* One that gave up root's identity does so in each copy, or there is none. One that did not is whoever restores it. */
static void become(void)
{
	uint32_t now[3];
	long done;

	RAW(getresuid, &now[0], &now[1], &now[2]);
	if (!rights.changed || (now[0] != 0 && now[1] != 0 && now[2] != 0))
		return;
	done = RAW(setgroups, rights.other_count, rights.others);
	if (done >= 0)
		done = RAW(setresgid, rights.groups[0], rights.groups[1], rights.groups[2]);
	if (done >= 0)
		done = RAW(setresuid, rights.users[0], rights.users[1], rights.users[2]);
	if (done < 0)
		die_restored(72, "the program had given up the rights of root (setuid), which cannot be done here: restore it as its own user", NULL, done);
}

/* Of the same user, only what the program had: it may have given up some. */
static void give_up_capabilities(void)
{
	struct __user_cap_data_struct now[2], wanted[2];
	uint32_t users[3];
	bool differs = false;
	long done;

	RAW(getresuid, &users[0], &users[1], &users[2]);
	if (users[1] != rights.users[1] || RAW(capget, &header, now) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		wanted[i].permitted = now[i].permitted & rights.capabilities[i].permitted;
		wanted[i].effective = now[i].effective & rights.capabilities[i].effective;
		wanted[i].inheritable = now[i].inheritable & rights.capabilities[i].inheritable;
		differs |= wanted[i].permitted != now[i].permitted || wanted[i].effective != now[i].effective ||
			   wanted[i].inheritable != now[i].inheritable;
	}
	if (!differs)
		return;
	done = RAW(capset, &header, wanted);
	if (done < 0)
		die_restored(72, "the program had given up capabilities, which cannot be done here", NULL, done);
}

void rights_revive(void)
{
	long done;

	if (rights.securebits > 0 && RAW(prctl, PR_GET_SECUREBITS, 0, 0, 0, 0) != rights.securebits)
		RAW(prctl, PR_SET_SECUREBITS, rights.securebits, 0, 0, 0);
	become();
	give_up_capabilities();
	if (!rights.no_new)
		return;
	done = RAW(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (done < 0)
		die_restored(72, "the program could gain no new rights (no_new_privs), which cannot be had here", NULL, done);
}
