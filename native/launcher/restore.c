#define _GNU_SOURCE
#include "restore.h"

#include <errno.h>
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
	if (job->mode == MODE_USER && ids)
		sscanf(ids, "%u %u", &uid, &gid);
	if (job->mode == MODE_USER && uid != 0 && geteuid() == 0)
		die(CRAC_EXIT_IMAGE,
		    "%s was made by the ordinary user %u, and this is root. Restore it as that user:\n"
		    "  setpriv --reuid %u --regid %u --clear-groups crac restore %s",
		    path, uid, uid, gid, path);
	job->uid = uid;
	job->gid = gid;
}

/* The program's memory is mapped from this file: a byte too few would kill it later, at some access. */
static const char *find_page_file(const struct conf *conf, const char *image)
{
	const char *line = conf_get(conf, "page-file"), *name = line ? strchr(line, ' ') : NULL;
	struct stat status;
	char *path;

	if (!name)
		return NULL;
	path = copyf("%s/%s", image, name + 1);
	if (stat(path, &status) < 0)
		die(CRAC_EXIT_IMAGE, "%s: %s; the image is not whole: copy it anew, or make it anew with `crac checkpoint`", path,
		    strerror(errno));
	if (status.st_size != atoll(line))
		die(CRAC_EXIT_IMAGE, "%s has %lld bytes and should have %lld; the image is damaged: copy it anew, or make it anew "
		    "with `crac checkpoint`", path, (long long)status.st_size, atoll(line));
	return path;
}

/* The `crac` that checkpoints, explains and reads policies: the one that made the image, or where that is gone the one
 * that this restorer belongs to. None, if that is gone too. */
static void find_agent(struct job *job, const struct conf *conf)
{
	const char *node = conf_get(conf, "agent"), *script = NULL;
	char self[PATH_MAX], *slash;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	for (size_t i = 0; i < conf->keys.count; i++)
		if (strcmp(conf->keys.items[i], "agent") == 0)
			script = conf->values.items[i];
	if (script && access(script, R_OK) < 0 && length > 0) {
		self[length] = '\0';
		slash = strrchr(self, '/');
		script = copyf("%.*s/../../dist/cli.js", (int)(slash - self), self);
	}
	if (!script || access(script, R_OK) < 0 || access(node, X_OK) < 0)
		return;
	list_add(&job->agent, node);
	list_add(&job->agent, script);
}

int restore_main(int argc, char **argv, const char *image)
{
	struct restore_options options = restore_options(argv + 1, &image);
	struct job job = { .timeout = options.timeout, .started = started };
	const char *engine, *mode;
	struct conf conf;
	char *path;
	int code;

	(void)argc;
	if (!image)
		die(CRAC_EXIT_USAGE, "which image? usage: crac restore IMAGE; see `crac restore --help`");
	path = realpath(image, NULL);
	if (!path)
		die(CRAC_EXIT_IMAGE, "no image at %s (%s). Make one with\n  crac run --image %s app.js\n  crac checkpoint %s", image,
		    strerror(errno), image, image);
	image_verify(&options, path);
	conf = conf_read(path);
	engine = conf_get(&conf, "engine");
	if (engine && strcmp(engine, "pause") == 0)
		pause_restore(&conf, path, argv + 1, image);
	if (!engine || strcmp(engine, "criu") != 0)
		die(CRAC_EXIT_IMAGE, "%s was made by the engine %s, which this restore does not read; make the image anew, or restore it with the crac that made it", path, engine ? engine : "(none named)");
	mode = conf_get(&conf, "mode");
	job.mode = mode && strcmp(mode, "user") == 0 ? MODE_USER : MODE_ROOT;
	check_user(&job, path, conf_get(&conf, "ids"));
	if (!conf_get(&conf, "criu") || access(conf_get(&conf, "criu"), X_OK) < 0)
		die(CRAC_EXIT_ENGINE, "the engine %s is missing (%s). Bring it back with\n  crac engine install",
		    conf_get(&conf, "criu") ? conf_get(&conf, "criu") : "", strerror(errno));
	image_check(&conf, path);
	protection_keys_check(&conf, path);
	mapped_files_check(&conf);
	job.pid_alias = options.pid_alias;
	job.root_pid = atoi(conf_get(&conf, "program") ? conf_get(&conf, "program") : "0");
	job.time_offsets = conf_get(&conf, "clock");
	job.mark = conf_get(&conf, "mark");
	job.record = record_create(path);
	if (job.mode == MODE_USER)
		write_file(job.record, "mode", "user");
	find_agent(&job, &conf);
	policies_read(options.policies, &job, path);
	open_files_check(&conf, &options, path);
	own_files_find(&job, &conf, path);
	network_prepare(&job.network, options.network, &options.published);
	ports_check(&conf, &options.moves, options.share_ports, job.network.where);
	if (options.moves.count || policies_close_some_port())
		ports_move(&conf, &options.moves, &job, path);
	job.page_file = find_page_file(&conf, path);
	job.kdat = kdat_find(conf_get(&conf, "criu"));
	restore_engine(&job, &conf, &options, path);
	job.log = copyf("%s/restore.log", job.record);
	code = supervise(&job);
	code = restore_failed(&job, path, code);
	start_cold_instead();
	return code;
}
