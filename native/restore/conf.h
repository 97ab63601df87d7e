#ifndef CRAC_RESTORE_CONF_H
#define CRAC_RESTORE_CONF_H

#include "base/list.h"
#include "restore/image.h"

/* The content of IMAGE/restore.conf, one `key value` a line, written by the checkpoint for this reader
 * (docs/formats.md). */
struct conf {
	const struct image *image;
	char *text;
	struct list keys, values;
};

struct conf conf_read(const struct image *image);
const char *conf_parse(struct conf *conf, char *text, size_t length, size_t *number);
const char *conf_each(const struct conf *conf, const char *key, size_t *at);
const char *conf_get(const struct conf *conf, const char *key);
const char *conf_need(const struct conf *conf, const char *key);
_Noreturn void conf_bad_value(const struct conf *conf, const char *key, const char *value);

#endif
