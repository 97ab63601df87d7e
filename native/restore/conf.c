#define _GNU_SOURCE
#include "restore/conf.h"
#include "base/file.h"
#include "base/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A length that no line reaches which a checkpoint writes: a path (PATH_MAX) and some words before it. */
#define LINE_MAX_BYTES 8192

/* Splits the text into keys and values. Returns what is wrong with the line *number, or NULL. */
const char *conf_parse(struct conf *conf, char *text, size_t length, size_t *number)
{
	char *line, *rest = text;

	conf->text = text;
	*number = 0;
	if (memchr(text, '\0', length))
		return "a NUL byte";
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		++*number;
		if (!*line && !rest)
			break; /* nothing is behind the last line break */
		if (strlen(line) > LINE_MAX_BYTES)
			return "longer than any line that a checkpoint writes";
		if ((!value || value == line || !value[1]) && !rest)
			break; /* cut off in this line: there is no `end` */
		if (!value || value == line || !value[1])
			return "not a word and its value";
		*value++ = '\0';
		list_add(&conf->keys, line);
		list_add(&conf->values, value);
	}
	return NULL;
}

struct conf conf_read(const struct image *image)
{
	struct conf conf = { .image = image };
	size_t length, number;
	const char *wrong;
	char *text = read_file_at(image->fd, "restore.conf", &length);

	if (!text) {
		int why = errno;

		if (read_file_at(image->fd, "dump4.log", NULL))
			die(CRAC_EXIT_IMAGE, "%s holds no image: the checkpoint into it failed. Why:\n  crac explain %s/dump4.log", image->path,
			    image->path);
		if (why == EACCES)
			die_not_yours(image->path, "/restore.conf", why);
		if (why != ENOENT)
			die(CRAC_EXIT_IMAGE, "cannot read %s/restore.conf: %s; make the image anew with `crac checkpoint`", image->path,
			    why == EINVAL ? "it is not a file" : strerror(why));
		die(CRAC_EXIT_IMAGE, "%s is not an image: it has no restore.conf. `crac inspect %s` says what is there", image->path,
		    image->path);
	}
	wrong = conf_parse(&conf, text, length, &number);
	if (conf.keys.count > 0 && (!conf_get(&conf, "format") || strcmp(conf_get(&conf, "format"), "1") != 0))
		die(CRAC_EXIT_IMAGE, "%s was made by another version of node-crac (format %s, this one reads 1); make the image anew",
		    image->path, conf_get(&conf, "format") ? conf_get(&conf, "format") : "unknown");
	if (wrong)
		die(CRAC_EXIT_IMAGE, "%s/restore.conf, line %zu: %s; the image is damaged: copy it anew, or make it anew with\n"
		    "`crac checkpoint`", image->path, number, wrong);
	if (!conf_get(&conf, "end"))
		die(CRAC_EXIT_IMAGE, "%s/restore.conf is cut off; make the image anew with `crac checkpoint`", image->path);
	if (conf_get(&conf, "compressed"))
		die(CRAC_EXIT_IMAGE, "%s is compressed for storage. Make it fit for a restore with\n  crac image decompress %s",
		    image->path, image->path);
	if (conf_get(&conf, "encrypted"))
		die(CRAC_EXIT_IMAGE, "%s is encrypted. Make it fit for a restore with\n  crac image decrypt %s --key-file FILE", image->path,
		    image->path);
	return conf;
}

/* Returns the value of the next line of this key at or behind *at, which is moved behind it; NULL where there is none. */
const char *conf_each(const struct conf *conf, const char *key, size_t *at)
{
	for (; *at < conf->keys.count; ++*at)
		if (strcmp(conf->keys.items[*at], key) == 0)
			return conf->values.items[(*at)++];
	return NULL;
}

const char *conf_get(const struct conf *conf, const char *key)
{
	size_t at = 0;

	return conf_each(conf, key, &at);
}

_Noreturn void conf_bad_value(const struct conf *conf, const char *key, const char *value)
{
	die(CRAC_EXIT_IMAGE, "%s/restore.conf: this line cannot be read:\n  %s %s\nThe image is damaged: copy it anew, or make it anew "
	    "with `crac checkpoint`", conf->image->path, key, value);
}

/* Returns the value of a key that every image has and whose absence is damage. */
const char *conf_need(const struct conf *conf, const char *key)
{
	const char *value = conf_get(conf, key);

	if (!value)
		die(CRAC_EXIT_IMAGE, "%s/restore.conf has no line `%s`; the image is damaged: copy it anew, or make it anew with\n"
		    "`crac checkpoint`", conf->image->path, key);
	return value;
}
