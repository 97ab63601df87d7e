#define _GNU_SOURCE
#include "restore/options.h"
#include "base/say.h"
#include "restore/or-run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	"  --share-ports      listen also where another copy listens; the newest copy gets all new connections, unless the\n"
	"                     program listens with reusePort\n"
	"  --policies FILE    rules for what the program has open, in the format of CRaC's fd-policies; they come before those\n"
	"                     of the checkpoint\n"
	"  --allowed-open-prefixes PATH,…  files below these paths may have changed since the checkpoint\n"
	"  --ignored-fds N,…  so may the files of these descriptors\n"
	"  --pid-alias random|N  what process.pid says, in place of the PID of the checkpoint, which all copies have\n"
	"  --network private  a network of its own with only a loopback interface, so that copies with one port run side by\n"
	"                     side; or the path of a network namespace, as /run/netns/NAME\n"
	"  --publish [ADDRESS:]OUTSIDE:INSIDE\n"
	"                     with --network: what connects to the port OUTSIDE of this machine reaches the program's port\n"
	"                     INSIDE (default address 127.0.0.1); may be repeated\n"
	"  --require NAME=VALUE\n"
	"                     only an image with this label (crac checkpoint --label), or made with this node, kernel, arch or\n"
	"                     libc, as node=20.20; may be repeated; further ones, with commas between, in CRAC_REQUIRE\n"
	"  --any-cpu          do not compare what the program uses of its CPU with what this CPU can: it may end by an\n"
	"                     illegal instruction at any time\n"
	"  --verify           first compare every file of the image with its checksum (starts Node, reads everything)\n"
	"  --require-signature FILE\n"
	"                     verify, too, that the image was signed by the key whose public part this is (crac image sign);\n"
	"                     default CRAC_REQUIRE_SIGNATURE\n"
	"  --reach [ADDRESS:]PORT\n"
	"                     with --network private: the program reaches this address of this machine, which must be one of\n"
	"                     the loopback interface (default 127.0.0.1), where it is; may be repeated\n"
	"  --record-sent DIR  with --reach: write what the program sends there to files in DIR, one for each connection\n"
	"  --timeout SECONDS  end a restore that takes longer (default 60, 0 for no limit)\n"
	"  --trust-image-of USER\n"
	"                     an image is code: one that another user owns or can write is refused. This lets USER (a name, a\n"
	"                     number, or `anyone`) run anything in your name\n"
	"  --engine-option O  further option for the engine, as --engine-option=-v4; may be repeated\n"
	"  --or-run SCRIPT    where the image cannot be used, say why and start node SCRIPT with the arguments after --\n"
	"  --help             this text\n"
	"\n"
	"examples:\n"
	"  crac restore ./image\n"
	"  PORT=3001 crac restore ./image --listen 3000=3001 -- --verbose\n"
	"  crac restore ./image --network private --publish 8081:3000\n"
	"  crac restore ./image --or-run server.js\n"
	"  ./image/restore\n";


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

static const char *alias(const char *value)
{
	if (strcmp(value, "random") != 0 &&
	    (*value == '0' || strlen(value) > 9 || !*value || value[strspn(value, "0123456789")]))
		die(CRAC_EXIT_USAGE, "--pid-alias %s: expected `random`, or a number from 1 to 999999999", value);
	return value;
}

static void add_required(struct list *list, const char *value)
{
	char *rest = value ? copyf("%s", value) : NULL, *word;

	while ((word = strsep(&rest, ",")))
		if (*word)
			list_add(list, word);
}

/* Words with commas between: paths, made absolute, or numbers. */
static void split(struct list *list, const char *value, bool paths)
{
	char *rest = copyf("%s", value), *word;

	while ((word = strsep(&rest, ","))) {
		if (!paths && (!*word || word[strspn(word, "0123456789")]))
			die(CRAC_EXIT_USAGE, "--ignored-fds %s: expected numbers with commas between, as 17,23", value);
		if (*word)
			list_add(list, !paths || *word == '/' ? word : copyf("%s/%s", getcwd(NULL, 0), word));
	}
}

struct restore_options restore_options(char **argv, const char **image)
{
	struct restore_options options = { .timeout = 60, .signed_by = getenv("CRAC_REQUIRE_SIGNATURE") };
	const char *value;

	add_required(&options.required, getenv("CRAC_REQUIRE"));
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
		} else if ((value = value_of(argv, &i, "--policies"))) {
			options.policies = value;
		} else if ((value = value_of(argv, &i, "--allowed-open-prefixes"))) {
			split(&options.prefixes, value, true);
		} else if ((value = value_of(argv, &i, "--ignored-fds"))) {
			split(&options.ignored, value, false);
		} else if ((value = value_of(argv, &i, "--pid-alias"))) {
			options.pid_alias = alias(value);
		} else if ((value = value_of(argv, &i, "--network"))) {
			options.network = value;
		} else if ((value = value_of(argv, &i, "--publish"))) {
			list_add(&options.published, value);
		} else if ((value = value_of(argv, &i, "--reach"))) {
			list_add(&options.reached, value);
		} else if ((value = value_of(argv, &i, "--record-sent"))) {
			options.record_sent = value;
		} else if ((value = value_of(argv, &i, "--engine-option"))) {
			list_add(&options.engine, value);
		} else if ((value = value_of(argv, &i, "--require"))) {
			list_add(&options.required, value);
		} else if (strcmp(argv[i], "--any-cpu") == 0) {
			options.any_cpu = true;
		} else if (strcmp(argv[i], "--verify") == 0) {
			options.verify = true;
		} else if ((value = value_of(argv, &i, "--require-signature"))) {
			options.signed_by = value;
		} else if ((value = value_of(argv, &i, "--trust-image-of"))) {
			options.trust = value;
		} else if (strcmp(argv[i], "--share-ports") == 0) {
			options.share_ports = true;
		} else if ((value = value_of(argv, &i, "--or-run"))) {
			options.or_run = value;
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
	if (options.signed_by && !*options.signed_by)
		options.signed_by = NULL;
	if (options.or_run && options.network)
		die(CRAC_EXIT_USAGE, "--or-run does not go with --network: without the image the program would be on the machine's network");
	if (options.or_run)
		or_run_prepare(options.or_run, options.arguments);
	return options;
}
