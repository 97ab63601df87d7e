#define _GNU_SOURCE
#include "restore/machine.h"
#include "base/say.h"
#include "base/scan.h"
#include "restore/cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What an image says about itself and the machine that it was made on (src/command/machine), compared before anything
 * of it is started. Images of older versions say nothing of it, and are not asked. */

static bool is_fact(const char *name)
{
	return !strcmp(name, "node") || !strcmp(name, "arch") || !strcmp(name, "kernel") || !strcmp(name, "libc");
}

/* Returns a fact that has a line of its own, and may be required as labels are. */
static const char *fact(const struct conf *conf, const char *name)
{
	const char *version;

	if (strcmp(name, "node") == 0) {
		version = conf_get(conf, "node-version");
		return version && *version == 'v' ? version + 1 : version;
	}
	return is_fact(name) ? conf_get(conf, name) : NULL;
}

static const char *label(const struct conf *conf, const char *name)
{
	const char *line;
	size_t length = strlen(name);

	for (size_t at = 0; (line = conf_each(conf, "label", &at));)
		if (strncmp(line, name, length) == 0 && line[length] == '=')
			return line + length + 1;
	return fact(conf, name);
}

/* Tells whether a value meets a demand: `20` is met by 20.20.2, and `glibc` by `glibc 2.36`, but only of what a machine
 * says: a label is what it is. */
static bool meets(const char *name, const char *has, const char *wanted)
{
	size_t length = strlen(wanted);

	if (strcmp(has, wanted) == 0)
		return true;
	return is_fact(name) && length && strncmp(has, wanted, length) == 0 && strchr(".- +", has[length]);
}

static char *labels_of(const struct conf *conf)
{
	char *all = NULL;
	const char *line;

	for (size_t at = 0; (line = conf_each(conf, "label", &at));)
		all = all ? copyf("%s, %s", all, line) : copyf("%s", line);
	return all ? all : copyf("none");
}

void labels_check(const struct conf *conf, const struct list *required)
{
	for (size_t i = 0; i < required->count; i++) {
		char *name = copyf("%s", required->items[i]), *equals = strchr(name, '=');
		const char *image = conf->image->path, *has;

		if (!equals || equals == name)
			die(CRAC_EXIT_USAGE, "--require %s: expected NAME=VALUE, as app.version=1.2", required->items[i]);
		*equals = '\0';
		has = label(conf, name);
		if (has && meets(name, has, equals + 1)) {
			free(name);
			continue;
		}
		if (is_fact(name))
			die(CRAC_EXIT_IMAGE, "%s was made with %s %s, and %s is required. Restore another image, or make one where %s is so:\n"
			    "  crac run --image DIR app.js\n  crac checkpoint DIR", image, name, has ? has : "(not recorded)", equals + 1, name);
		if (has)
			die(CRAC_EXIT_IMAGE, "%s has the label %s=%s, and %s=%s is required. Restore another image, or make one with that\n"
			    "label:\n  crac checkpoint TARGET --label %s=%s", image, name, has, name, equals + 1, name, equals + 1);
		die(CRAC_EXIT_IMAGE, "%s has no label %s, and %s=%s is required (its labels: %s). Restore another image, or make one\n"
		    "with that label:\n  crac checkpoint TARGET --label %s=%s", image, name, name, equals + 1, labels_of(conf), name,
		    equals + 1);
	}
}

static void architecture_check(const struct conf *conf)
{
	const char *then = conf_get(conf, "arch"), *size = conf_get(conf, "page-size"), *at = size;
	long now = sysconf(_SC_PAGESIZE);
	struct utsname machine;
	long long bytes;

	if (then && uname(&machine) == 0 && strcmp(then, machine.machine) != 0)
		die(CRAC_EXIT_IMAGE, "%s was made on %s, and this machine is %s: a process cannot change over. Restore it on %s, or make\n"
		    "an image for this one here:\n  crac run --image DIR app.js\n  crac checkpoint DIR", conf->image->path, then,
		    machine.machine, then);
	if (!size)
		return;
	if (!scan_number(&at, 1, 1 << 24, &bytes) || *at)
		conf_bad_value(conf, "page-size", size);
	if (bytes != now)
		die(CRAC_EXIT_IMAGE, "%s was made on a kernel with pages of %lld KiB, and this one has pages of %ld KiB. Restore it on such a\n"
		    "kernel, or make an image for this one here:\n  crac run --image DIR app.js\n  crac checkpoint DIR",
		    conf->image->path, bytes / 1024, now / 1024);
}

/* Returns what the CPU calls itself; called only on the way to a message. */
static char *model(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], *found = NULL;

	while (file && !found && fgets(line, sizeof(line), file))
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
			line[strcspn(line, "\n")] = '\0';
			found = copyf("%s", strchr(line, ':') + 2);
		}
	if (file)
		fclose(file);
	return found ? found : copyf("of another kind");
}

/* Checks lines `cpu FEATURE HOLDER,…`. Without what is missing the program would end at some instruction, now or in a
 * week. */
static void cpu_check(const struct conf *conf)
{
	char *missing = NULL;
	const char *line;

	for (size_t at = 0; (line = conf_each(conf, "cpu", &at));) {
		char name[32];
		const char *holders = line;

		if (!scan_word(&holders, name, sizeof(name)) || !*holders)
			conf_bad_value(conf, "cpu", line);
		if (!cpu_has(name))
			missing = copyf("%s%s  %s: %s", missing ? missing : "", missing ? "\n" : "", name, holders);
	}
	if (missing)
		die(CRAC_EXIT_IMAGE, "%s was made on a CPU that can do more than this one (%s). This is missing, and the program uses\n"
		    "it already:\n%s\nIt would end by an illegal instruction. Restore it on a CPU that has these, or make an image for this one:\n"
		    "  crac run --cpu %s --image DIR app.js\n  crac checkpoint DIR", conf->image->path, model(), missing, cpu_level());
}

void machine_check(const struct conf *conf, bool any_cpu)
{
	architecture_check(conf);
	if (!any_cpu)
		cpu_check(conf);
}

/* Notes an older kernel, which mostly does; where the restore has failed it is worth to know. */
void kernel_note(const struct conf *conf)
{
	const char *then = conf_get(conf, "kernel");
	int made[2], here[2];
	struct utsname now;

	if (!then || uname(&now) < 0 || sscanf(then, "%d.%d", &made[0], &made[1]) != 2 ||
	    sscanf(now.release, "%d.%d", &here[0], &here[1]) != 2)
		return;
	if (here[0] < made[0] || (here[0] == made[0] && here[1] < made[1]))
		say("the image was made on kernel %s, and this is the older %s: if the cause is not named above, restore it on a\n"
		    "kernel that is at least as new, or make it anew here:\n  crac run --image DIR app.js\n  crac checkpoint DIR", then,
		    now.release);
}
