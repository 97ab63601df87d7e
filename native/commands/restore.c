#define _GNU_SOURCE
#include "commands/restore.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/record.h"
#include "base/say.h"
#include "base/scan.h"
#include "base/self.h"
#include "engines/inside.h"
#include "engines/table.h"
#include "network/reach.h"
#include "restore/failed.h"
#include "restore/machine.h"
#include "restore/mapped-files.h"
#include "restore/open-files.h"
#include "restore/or-run.h"
#include "restore/package-files.h"
#include "restore/payload.h"
#include "restore/policies.h"
#include "restore/ports.h"
#include "restore/start-over.h"
#include "restore/trust.h"
#include "restore/user.h"
#include "restore/verify.h"
#include "restore/image-check.h"
#include "supervisor/agent.h"
#include "supervisor/around.h"
#include "supervisor/streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Finds the `crac` that checkpoints, explains and reads policies: the one that made the image, or where that is gone
 * the one that this restorer belongs to; none, if that is gone too. */
static void find_agent(struct restore *restore)
{
	const char *node = conf_get(&restore->conf, "agent"), *script = NULL, *word;

	for (size_t at = 0; (word = conf_each(&restore->conf, "agent", &at));) {
		program_trust(&restore->conf, "agent", word);
		script = word;
	}
	if (script && access(script, R_OK) < 0)
		script = own_script();
	if (!script || access(node, X_OK) < 0)
		return;
	list_add(&restore->agent, node);
	list_add(&restore->agent, script);
}

static int number_of(const struct conf *conf, const char *key, int most)
{
	const char *value = conf_need(conf, key), *at = value;
	long long number;

	if (!scan_number(&at, 1, most, &number) || *at)
		conf_bad_value(conf, key, value);
	return number;
}

static const char *working_directory(const char *wanted)
{
	char *path = wanted ? realpath(wanted, NULL) : getcwd(NULL, 0);

	if (!path)
		die(CRAC_EXIT_USAGE, "working directory %s: %s", wanted ? wanted : "", strerror(errno));
	return path;
}

static void make_record(struct restore *restore)
{
	restore->record = record_create(restore->image.path);
	if (restore->namespaces.mode == MODE_USER)
		write_file(restore->record, "mode", "user");
}

/* Prepares what only a program in namespaces of its own can have. */
static void prepare_namespaces(struct restore *restore)
{
	const struct restore_options *options = &restore->options;

	if (!restore->engine->needs_namespaces && options->network)
		die(CRAC_EXIT_USAGE,
		    "%s is restored without namespaces (engine %s), so --network does not go with it. For copies with networks of "
		    "their own make the image by criu:\n  crac run --engine criu --image DIR app.js",
		    restore->image.path, restore->engine->name);
	if (restore->engine->needs_namespaces) {
		restore->generation = (struct generation_page){ conf_get(&restore->conf, "mark"), options->pid_alias };
		package_files_find(restore);
	}
	network_prepare(&restore->network, options->network, &options->published);
	reach_prepare(&restore->network, &options->reached, options->record_sent);
}

/* Ends a restore whose program does not run: another image may have taken the place of this one, else it is said why. */
static int end_of_restore(struct restore *restore, int code)
{
	if (!restore->interrupted)
		start_over_if_replaced();
	if (code == CRAC_EXIT_IMAGE && image_touched(&restore->image))
		say("files of %s were removed while it was restored, so its program was not let run. Copy the image anew, or make it\n"
		    "anew with `crac checkpoint`", restore->image.path);
	if (restore->engine->needs_namespaces) /* else start() has said it */
		code = restore_failed(restore, code);
	or_run();
	return code;
}

/* Carries out `crac restore`. `place` is the directory of an IMAGE/restore that was started, else NULL. */
int restore_main(char **argv, const char *place)
{
	static struct restore restore;
	const struct restore_options *options = &restore.options;
	const struct engine *engine;
	const char *word = place;
	int code;

	restores_here();
	restore.options = restore_options(argv + 1, &word);
	if (!word)
		die(CRAC_EXIT_USAGE, "which image? usage: crac restore IMAGE; see `crac restore --help`");
	around_for_restore();
	trust_image_of(options->trust);
	deadline_begin(options->timeout);
	restore.image = image_open(word);
	start_over_prepare(argv, word, place, &restore.image);
	image_trust(&restore.image);
	image_verify(options, &restore.image);
	restore.conf = conf_read(&restore.image);
	labels_check(&restore.conf, &options->required);
	restore.engine = engine = engine_of(&restore.conf);
	if (engine->take_over)
		engine->take_over(&restore, argv + 1);
	machine_check(&restore.conf, options->any_cpu);
	if (engine->needs_namespaces)
		namespaces_of_image(&restore);
	engine->check(&restore);
	image_check(&restore.conf);
	mapped_files_check(&restore.conf);
	restore.program = number_of(&restore.conf, "program", 1 << 22);
	make_record(&restore);
	find_agent(&restore);
	policies_read(&restore);
	open_files_check(&restore.conf, options, restore.program);
	prepare_namespaces(&restore);
	ports_check(&restore.conf, &options->moves, options->share_ports, restore.network.where);
	restore.cwd = working_directory(options->cwd);
	restore.mailbox = payload_make(restore.record, restore.cwd, options->env_file, options->arguments,
				       engine->needs_namespaces ? NULL : or_run_words());
	streams_before_program();
	engine->prepare(&restore);
	deadline_watch_no_more();
	code = engine->needs_namespaces ? restore_inside(&restore) : engine->start(&restore);
	return end_of_restore(&restore, code);
}
