#define _GNU_SOURCE
#include "settings.h"

#include <linux/membarrier.h>
#include <sys/prctl.h>

/* Of newer headers. */
#define SET_MEMORY_MERGE 67
#define GET_MEMORY_MERGE 68
#define REGISTRATIONS (1 << 9)
#define ASK 0xffffffff

/* by_pointer: where the answer is stored, not returned. `middle` stands before the value. */
static const struct setting {
	int get, set, middle;
	bool by_pointer;
} settings[] = {
	{ PR_GET_THP_DISABLE, PR_SET_THP_DISABLE, -1, false }, { GET_MEMORY_MERGE, SET_MEMORY_MERGE, -1, false },
	{ PR_GET_CHILD_SUBREAPER, PR_SET_CHILD_SUBREAPER, -1, true }, { PR_GET_PDEATHSIG, PR_SET_PDEATHSIG, -1, true },
	{ PR_GET_TSC, PR_SET_TSC, -1, true }, { PR_MCE_KILL_GET, PR_MCE_KILL, PR_MCE_KILL_SET, false },
	{ PR_GET_DUMPABLE, PR_SET_DUMPABLE, -1, false },
};
#define COUNT (sizeof(settings) / sizeof(*settings))

static struct {
	long values[COUNT];
	long personality, registrations;
} noted;

static long value_of(const struct setting *setting)
{
	int stored = 0;
	long got = RAW(prctl, setting->get, setting->by_pointer ? &stored : 0, 0, 0, 0);

	return setting->by_pointer && got >= 0 ? stored : got;
}

void settings_note(void)
{
	for (unsigned i = 0; i < COUNT; i++)
		noted.values[i] = value_of(&settings[i]);
	noted.personality = RAW(personality, ASK);
	noted.registrations = RAW(membarrier, REGISTRATIONS, 0, 0);
}

static void set(const struct setting *setting, long value)
{
	if (setting->middle >= 0)
		RAW(prctl, setting->set, setting->middle, value, 0, 0);
	else
		RAW(prctl, setting->set, value, 0, 0, 0);
}

/* A kernel that does not know one of them has not told it either. */
void settings_revive(void)
{
	for (unsigned i = 0; i < COUNT; i++)
		if (noted.values[i] >= 0 && value_of(&settings[i]) != noted.values[i])
			set(&settings[i], noted.values[i]);
	if (noted.personality >= 0 && RAW(personality, ASK) != noted.personality)
		RAW(personality, noted.personality);
	for (long bit = 1; noted.registrations > 0 && bit <= noted.registrations; bit <<= 1)
		if (noted.registrations & bit)
			RAW(membarrier, bit, 0, 0);
}
