#define _GNU_SOURCE
#include "restore/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void started(struct job *job)
{
	pump_started();
	ports_release();
	if (!job->kdat && job->mode == MODE_ROOT)
		kdat_warm(job->engine.items[0]);
}

/* An image made by root needs root's own namespaces; one made by anybody else becomes the caller's, but never root's:
 * the program would have root's rights outside while it takes itself for an ordinary user. */
static void check_user(struct job *job, const char *path, const char *ids)
{
	unsigned uid = geteuid(), gid = getegid();

	if (job->mode == MODE_ROOT && namespace_mode() != MODE_ROOT)
		die(CRAC_EXIT_IMAGE,
		    "%s was made by root, and this is %s. Restore it as root of the machine, or make an image as this user:\n"
		    "  crac run --image DIR app.js",
		    path, uid == 0 ? "a root with fewer capabilities" : "an ordinary user");
	if (job->mode == MODE_USER && ids) {
		const char *at = ids;
		long long inside[2];

		if (!scan_number(&at, 0, UINT_MAX, &inside[0]) || !scan_number(&at, 0, UINT_MAX, &inside[1]) || *at)
			conf_bad_value(job->conf, "ids", ids);
		uid = inside[0];
		gid = inside[1];
	}
	if (job->mode == MODE_USER && uid != 0 && geteuid() == 0)
		die(CRAC_EXIT_IMAGE,
		    "%s was made by the ordinary user %u, and this is root. Restore it as that user:\n"
		    "  setpriv --reuid %u --regid %u --clear-groups crac restore %s",
		    path, uid, uid, gid, path);
	job->uid = uid;
	job->gid = gid;
}

/* The program's memory is mapped from this file: a byte too few would kill it later, at some access. */
static const char *find_page_file(const struct conf *conf)
{
	const char *line = conf_get(conf, "page-file"), *name;
	struct stat status;
	long long size;

	if (!line)
		return NULL;
	if (!file_line(line, &size, &name))
		conf_bad_value(conf, "page-file", line);
	if (fstatat(conf->image->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		die(CRAC_EXIT_IMAGE, "%s/%s: %s; the image is not whole: copy it anew, or make it anew with `crac checkpoint`",
		    conf->image->path, name, strerror(errno));
	if (status.st_size != size)
		die(CRAC_EXIT_IMAGE, "%s/%s has %lld bytes and should have %lld; the image is damaged: copy it anew, or make it anew "
		    "with `crac checkpoint`", conf->image->path, name, (long long)status.st_size, size);
	return name;
}

/* The `crac` that checkpoints, explains and reads policies: the one that made the image, or where that is gone the one
 * that this restorer belongs to. None, if that is gone too. */
static void find_agent(struct job *job, const struct conf *conf)
{
	const char *node = conf_get(conf, "agent"), *script = NULL, *word;

	for (size_t at = 0; (word = conf_each(conf, "agent", &at));) {
		program_trust(conf, "agent", word);
		script = word;
	}
	if (script && access(script, R_OK) < 0)
		script = own_script();
	if (!script || access(node, X_OK) < 0)
		return;
	list_add(&job->agent, node);
	list_add(&job->agent, script);
}

static int number_of(const struct conf *conf, const char *key, int most)
{
	const char *value = conf_need(conf, key), *at = value;
	long long number;

	if (!scan_number(&at, 1, most, &number) || *at)
		conf_bad_value(conf, key, value);
	return number;
}

static enum namespace_mode mode_of(const struct conf *conf)
{
	const char *mode = conf_need(conf, "mode");

	if (strcmp(mode, "root") != 0 && strcmp(mode, "user") != 0)
		conf_bad_value(conf, "mode", mode);
	return strcmp(mode, "user") == 0 ? MODE_USER : MODE_ROOT;
}

/* `place` is the directory of an IMAGE/restore that was started, else NULL. */
int restore_main(char **argv, const char *place)
{
	const char *word = place, *engine;
	struct restore_options options = restore_options(argv + 1, &word);
	struct job job = { .timeout = options.timeout, .started = started };
	struct conf conf;
	int code;

	if (!word)
		die(CRAC_EXIT_USAGE, "which image? usage: crac restore IMAGE; see `crac restore --help`");
	trust_image_of(options.trust);
	deadline_begin(options.timeout);
	job.image = image_open(word);
	start_over_prepare(argv, word, place, &job.image);
	image_trust(&job.image);
	image_verify(&options, &job.image);
	conf = conf_read(&job.image);
	job.conf = &conf;
	engine = conf_get(&conf, "engine");
	if (engine && strcmp(engine, "pause") == 0)
		pause_restore(&conf, argv + 1, word);
	if (!engine || strcmp(engine, "criu") != 0)
		die(CRAC_EXIT_IMAGE, "%s was made by the engine %s, which this restore does not read; make the image anew, or restore it with the crac that made it", job.image.path, engine ? engine : "(none named)");
	job.mode = mode_of(&conf);
	check_user(&job, job.image.path, conf_get(&conf, "ids"));
	program_trust(&conf, "criu", conf_need(&conf, "criu"));
	if (access(conf_get(&conf, "criu"), X_OK) < 0)
		die(CRAC_EXIT_ENGINE, "the engine %s is missing (%s). Bring it back with\n  crac engine install",
		    conf_get(&conf, "criu"), strerror(errno));
	image_check(&conf);
	protection_keys_check(&conf);
	mapped_files_check(&conf);
	job.pid_alias = options.pid_alias;
	job.root_pid = number_of(&conf, "program", 1 << 22);
	job.time_offsets = conf_get(&conf, "clock");
	job.mark = conf_get(&conf, "mark");
	job.record = record_create(job.image.path);
	if (job.mode == MODE_USER)
		write_file(job.record, "mode", "user");
	find_agent(&job, &conf);
	policies_read(options.policies, &job);
	open_files_check(&conf, &options, job.root_pid);
	own_files_find(&job, &conf);
	network_prepare(&job.network, options.network, &options.published);
	reach_prepare(&job.network, &options.reached, options.record_sent);
	ports_check(&conf, &options.moves, options.share_ports, job.network.where);
	if (options.moves.count || policies_close_some_port())
		ports_move(&conf, &options.moves, &job);
	job.page_file = find_page_file(&conf);
	job.kdat = kdat_find(conf_get(&conf, "criu"));
	restore_engine(&job, &conf, &options);
	job.log = copyf("%s/restore.log", job.record);
	deadline_watch_no_more();
	code = supervise(&job);
	if (!job.interrupted)
		start_over_if_replaced();
	if (code == CRAC_EXIT_IMAGE && image_touched(&job.image))
		say("files of %s were removed while it was restored, so its program was not let run. Copy the image anew, or make it\n"
		    "anew with `crac checkpoint`", job.image.path);
	code = restore_failed(&job, job.image.path, code);
	start_cold_instead();
	return code;
}
