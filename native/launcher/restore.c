#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
	"usage: crac restore IMAGE [options] [-- ARGUMENTS…]\n"
	"\n"
	"Starts a program from its image. It gets this command's standard input, output and error, environment,\n"
	"working directory and, after --, new arguments; this command ends as the program ends.\n"
	"\n"
	"  --cwd DIR          working directory of the program (default: this one)\n"
	"  --env-file FILE    further NAME=VALUE lines for its environment\n"
	"  --listen OLD=NEW   listen on port NEW where the image listens on port OLD; may be repeated\n"
	"  --timeout SECONDS  end a restore that takes longer (default 60, 0 for no limit)\n"
	"  --engine-option O  further option for the engine, as --engine-option=-v4; may be repeated\n"
	"  --help             this text\n"
	"\n"
	"examples:\n"
	"  crac restore ./image\n"
	"  PORT=3001 crac restore ./image --listen 3000=3001 -- --verbose\n"
	"  ./image/restore\n";

struct options {
	const char *cwd, *env_file;
	struct list moves, engine;
	char **arguments;
	int timeout;
};

static const char *value_of(char **argv, int *i, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(argv[*i], name, length) != 0)
		return NULL;
	if (argv[*i][length] == '=')
		return argv[*i] + length + 1;
	if (argv[*i][length] != '\0')
		return NULL;
	if (!argv[*i + 1])
		die(CRAC_EXIT_USAGE, "%s needs a value; see `crac restore --help`", name);
	return argv[++*i];
}

static int seconds(const char *value)
{
	char *rest;
	long number = strtol(value, &rest, 10);

	if (rest == value || *rest || number < 0 || number > 1000000)
		die(CRAC_EXIT_USAGE, "--timeout %s: expected a whole number of seconds", value);
	return number;
}

static struct options parse(char **argv, const char **image)
{
	struct options options = { .timeout = 60 };
	const char *value;

	for (int i = 0; argv[i]; i++) {
		if (strcmp(argv[i], "--") == 0) {
			options.arguments = argv + i + 1;
			break;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(usage, stdout);
			exit(0);
		} else if ((value = value_of(argv, &i, "--cwd"))) {
			options.cwd = value;
		} else if ((value = value_of(argv, &i, "--env-file"))) {
			options.env_file = value;
		} else if ((value = value_of(argv, &i, "--listen"))) {
			list_add(&options.moves, value);
		} else if ((value = value_of(argv, &i, "--engine-option"))) {
			list_add(&options.engine, value);
		} else if ((value = value_of(argv, &i, "--timeout"))) {
			options.timeout = seconds(value);
		} else if (argv[i][0] == '-') {
			die(CRAC_EXIT_USAGE, "unknown option %s; see `crac restore --help` (arguments for the program go after --)", argv[i]);
		} else if (*image) {
			die(CRAC_EXIT_USAGE, "one image at a time: %s and %s; arguments for the program go after --", *image, argv[i]);
		} else {
			*image = argv[i];
		}
	}
	return options;
}

/* A descriptor of the engine's own for each name: CRIU refuses one number under two names. */
static void inherit(struct job *job, const char *name, int from)
{
	int fd = fcntl(from, F_DUPFD, 200);

	if (fd < 0)
		return; /* the caller has closed it; the program gets what the image has */
	list_add(&job->engine, "--inherit-fd");
	list_addf(&job->engine, "fd[%d]:%s", fd, name);
}

/* The engine fails where the directory in which the program stood is gone, though the program is about to change to
 * the caller's: it gets that one in its place. */
static void replace_lost_directory(struct job *job, const char *old, const char *cwd)
{
	int fd;

	if (!old || strcmp(old, "/") == 0 || access(old, F_OK) == 0)
		return;
	fd = open(cwd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	inherit(job, old + 1, fd);
	close(fd);
}

/* A unix connection to a process outside the image: the program finds it with the other end closed. */
static void cut(struct job *job, const char *name)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a socket pair: %s", strerror(errno));
	inherit(job, name, ends[0]);
	close(ends[0]);
	close(ends[1]);
}

static struct job *running;
static char *moved_images;

/* Children of the program have this stream too, as a pipe or as a terminal: the engine can only put the same there. */
static int given(const struct conf *conf, int slot)
{
	for (size_t i = 0; i < conf->keys.count; i++) {
		const char *value = conf->values.items[i];

		if (strcmp(conf->keys.items[i], "inherit") != 0 || value[0] != '0' + slot)
			continue;
		if (strncmp(value + 2, "pipe:", 5) == 0)
			return slot == 0 ? pump_stdin_if_needed(true) : pump_output(slot, false);
		if (strncmp(value + 2, "tty[", 4) == 0 && slot != 0)
			return pump_output(slot, true);
	}
	return slot == 0 && conf_get(conf, "poll-stdin") ? pump_stdin_if_needed(false) : slot;
}

static void started(struct job *job)
{
	pump_started();
	ports_release();
	if (!job->kdat && job->mode == MODE_ROOT)
		kdat_warm(job->engine.items[0]);
	if (moved_images)
		remove_directory(moved_images);
}

/* Lets `crac explain` say the cause and the remedies, on standard error. Only on this failing path Node is started. */
static bool explained(const struct job *job, const char *image, const char *log)
{
	struct list command = { 0 };
	sigset_t none;
	int status;
	pid_t pid;

	if (job->agent.count == 0)
		return false;
	for (size_t i = 0; i < job->agent.count; i++)
		list_add(&command, job->agent.items[i]);
	list_add(&command, "explain");
	list_add(&command, log);
	list_add(&command, "--image");
	list_add(&command, image);
	pid = fork();
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		unsetenv("NODE_OPTIONS"); /* meant for the program */
		dup2(2, 1);
		execvp(command.items[0], command.items);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return false;
	return WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CRAC_EXIT_UNKNOWN;
}

/* The engine's error lines that matter, and where the whole log is kept. */
static int failed(struct job *job, const char *image, char *log, int code)
{
	char *runtime = runtime_directory(), *kept = copyf("%s/restore.log", runtime);
	char *rest = log, *line;
	int shown = 0;

	if (job->interrupted) {
		if (moved_images)
			remove_directory(moved_images);
		end_by_signal(job->interrupted);
	}
	if (code == CRAC_EXIT_TIMEOUT)
		say("cannot restore %s: the engine did not finish within %d s and was ended; give it longer with --timeout", image,
		    job->timeout);
	else
		say("cannot restore %s:", image);
	if (log && *log) {
		write_file(runtime, "restore.log", log);
		if (explained(job, image, kept)) {
			say("the engine's log is %s", kept);
		} else {
			while (rest && (line = strsep(&rest, "\n")) && shown < 5)
				if (strstr(line, "Error (") && !strstr(line, "RLIMIT_NOFILE")) {
					say("  %s", strstr(line, "Error ("));
					shown++;
				}
			say("the engine's log is %s; what it means and what to do:\n  crac explain %s", kept, kept);
		}
	}
	if (moved_images)
		remove_directory(moved_images);
	return code == CRAC_EXIT_TIMEOUT || code == CRAC_EXIT_NAMESPACE ? code : CRAC_EXIT_ENGINE;
}

static void build_engine(struct job *job, const struct conf *conf, const struct options *options, const char *images)
{
	int streams[3] = { given(conf, 0), given(conf, 1), given(conf, 2) };
	char *cwd = options->cwd ? realpath(options->cwd, NULL) : getcwd(NULL, 0);

	if (!cwd)
		die(CRAC_EXIT_USAGE, "working directory %s: %s", options->cwd ? options->cwd : "", strerror(errno));
	list_add(&job->engine, conf_get(conf, "criu"));
	list_add(&job->engine, "restore");
	list_add(&job->engine, "-D");
	list_add(&job->engine, images);
	list_add(&job->engine, "-W");
	list_add(&job->engine, job->record);
	list_add(&job->engine, "-o");
	list_add(&job->engine, "restore.log");
	list_add(&job->engine, "-v1");
	list_add(&job->engine, "-d");
	list_add(&job->engine, "-S");
	if (job->mode == MODE_USER)
		list_add(&job->engine, "--unprivileged");
	for (size_t i = 0; i < conf->keys.count; i++) {
		const char *value = conf->values.items[i];

		if (strcmp(conf->keys.items[i], "option") == 0)
			list_add(&job->engine, value);
		if (strcmp(conf->keys.items[i], "inherit") == 0 && value[0] >= '0' && value[0] <= '2' && value[1] == ' ')
			inherit(job, value + 2, streams[value[0] - '0']);
		if (strcmp(conf->keys.items[i], "cut") == 0)
			cut(job, value);
		if (strcmp(conf->keys.items[i], "agent") == 0)
			list_add(&job->agent, value);
	}
	replace_lost_directory(job, conf_get(conf, "cwd"), cwd);
	job->mailbox = payload_make(job->record, cwd, options->env_file, options->arguments);
	inherit(job, "/memfd:crac-mailbox", job->mailbox);
	for (size_t i = 0; i < options->engine.count; i++)
		list_add(&job->engine, options->engine.items[i]);
	free(cwd);
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

int restore_main(int argc, char **argv, const char *image)
{
	struct options options = parse(argv + 1, &image);
	struct job job = { .timeout = options.timeout, .started = started };
	const char *engine, *mode;
	struct conf conf;
	char *path, *log_path, *log;
	int code;

	(void)argc;
	if (!image)
		die(CRAC_EXIT_USAGE, "which image? usage: crac restore IMAGE; see `crac restore --help`");
	path = realpath(image, NULL);
	if (!path)
		die(CRAC_EXIT_IMAGE, "no image at %s (%s). Make one with\n  crac run --image %s app.js\n  crac checkpoint %s", image,
		    strerror(errno), image, image);
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
	job.root_pid = atoi(conf_get(&conf, "program") ? conf_get(&conf, "program") : "0");
	job.time_offsets = conf_get(&conf, "clock");
	job.mark = conf_get(&conf, "mark");
	job.record = record_create("restored", path);
	write_file(job.record, "mode", job.mode == MODE_USER ? "user" : "root");
	ports_check(&conf, &options.moves);
	if (options.moves.count)
		moved_images = ports_move(&conf, &options.moves, path);
	job.page_file = find_page_file(&conf, path);
	job.kdat = kdat_find(conf_get(&conf, "criu"));
	build_engine(&job, &conf, &options, moved_images ? moved_images : path);
	running = &job;
	log_path = copyf("%s/restore.log", job.record);
	job.log = log_path;
	code = supervise(&job);
	log = job.log_text;
	return failed(running, path, log, code);
}
