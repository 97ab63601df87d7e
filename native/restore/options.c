#define _GNU_SOURCE
#include "restore/options.h"
#include "base/say.h"
#include "restore/or-run.h"
#include "restore/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Splits words with commas between: paths, made absolute, or numbers. */
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

/* An option with a value that is taken as it is: one, or any number. */
struct plain {
	const char *name;
	const char **value;
	struct list *values;
};

static bool take_plain(char **argv, int *i, struct restore_options *options)
{
	const struct plain known[] = {
		{ "--cwd", &options->cwd, NULL },
		{ "--env-file", &options->env_file, NULL },
		{ "--policies", &options->policies, NULL },
		{ "--network", &options->network, NULL },
		{ "--record-sent", &options->record_sent, NULL },
		{ "--require-signature", &options->signed_by, NULL },
		{ "--trust-image-of", &options->trust, NULL },
		{ "--or-run", &options->or_run, NULL },
		{ "--listen", NULL, &options->moves },
		{ "--publish", NULL, &options->published },
		{ "--reach", NULL, &options->reached },
		{ "--engine-option", NULL, &options->engine },
		{ "--require", NULL, &options->required },
	};

	for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++) {
		const char *value = value_of(argv, i, known[k].name);

		if (value && known[k].value)
			*known[k].value = value;
		if (value && known[k].values)
			list_add(known[k].values, value);
		if (value)
			return true;
	}
	return false;
}

static bool take_flag(const char *word, struct restore_options *options)
{
	bool *flag = strcmp(word, "--any-cpu") == 0     ? &options->any_cpu :
		     strcmp(word, "--verify") == 0      ? &options->verify :
		     strcmp(word, "--share-ports") == 0 ? &options->share_ports :
							  NULL;

	if (flag)
		*flag = true;
	return flag;
}

/* Takes an option whose value has a form of its own. */
static bool take_parsed(char **argv, int *i, struct restore_options *options)
{
	const char *value;

	if ((value = value_of(argv, i, "--allowed-open-prefixes")))
		split(&options->prefixes, value, true);
	else if ((value = value_of(argv, i, "--ignored-fds")))
		split(&options->ignored, value, false);
	else if ((value = value_of(argv, i, "--pid-alias")))
		options->pid_alias = alias(value);
	else if ((value = value_of(argv, i, "--timeout")))
		options->timeout = seconds(value);
	return value;
}

/* Parses the command line, and leaves the path of the image in *image, if there is one. */
struct restore_options restore_options(char **argv, const char **image)
{
	struct restore_options options = { .timeout = 60, .signed_by = getenv("CRAC_REQUIRE_SIGNATURE") };

	add_required(&options.required, getenv("CRAC_REQUIRE"));
	for (int i = 0; argv[i]; i++) {
		if (strcmp(argv[i], "--") == 0) {
			options.arguments = argv + i + 1;
			break;
		}
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(restore_usage, stdout);
			exit(0);
		}
		if (take_flag(argv[i], &options) || take_plain(argv, &i, &options) || take_parsed(argv, &i, &options))
			continue;
		if (argv[i][0] == '-')
			die(CRAC_EXIT_USAGE, "unknown option %s; see `crac restore --help` (arguments for the program go after --)", argv[i]);
		if (*image)
			die(CRAC_EXIT_USAGE, "one image at a time: %s and %s; arguments for the program go after --", *image, argv[i]);
		*image = argv[i];
	}
	if (options.signed_by && !*options.signed_by)
		options.signed_by = NULL;
	if (options.or_run && options.network)
		die(CRAC_EXIT_USAGE, "--or-run does not go with --network: without the image the program would be on the machine's network");
	if (options.or_run)
		or_run_prepare(options.or_run, options.arguments);
	return options;
}
