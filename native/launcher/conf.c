#include "crac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct conf conf_read(const char *image)
{
	struct conf conf = { 0 };
	char *path = copyf("%s/restore.conf", image), *line, *rest;

	conf.text = read_file(path, NULL);
	if (!conf.text) {
		int why = errno;
		char *log = copyf("%s/dump4.log", image), *text = read_file(log, NULL);

		if (text)
			die(CRAC_EXIT_IMAGE, "%s holds no image: the checkpoint into it failed. Why:\n  crac explain %s", image, log);
		if (why == EACCES)
			die(CRAC_EXIT_IMAGE, "%s: %s. An image belongs to the user who made it; restore as that user", path,
			    strerror(why));
		text = read_file(image, NULL);
		if (!text && errno == ENOENT)
			die(CRAC_EXIT_IMAGE, "no image at %s. Make one with\n  crac run --image %s app.js\n  crac checkpoint %s", image,
			    image, image);
		die(CRAC_EXIT_IMAGE, "%s is not an image: it has no restore.conf. `crac inspect %s` says what is there", image, image);
	}
	rest = conf.text;
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		if (!*line)
			continue;
		if (value)
			*value++ = '\0';
		list_add(&conf.keys, line);
		list_add(&conf.values, value ? value : "");
	}
	if (!conf_get(&conf, "format") || strcmp(conf_get(&conf, "format"), "1") != 0)
		die(CRAC_EXIT_IMAGE, "%s was made by another version of node-crac (format %s, this one reads 1); make the image anew",
		    image, conf_get(&conf, "format") ? conf_get(&conf, "format") : "unknown");
	if (!conf_get(&conf, "end"))
		die(CRAC_EXIT_IMAGE, "%s/restore.conf is cut off; make the image anew with `crac checkpoint`", image);
	if (conf_get(&conf, "compressed"))
		die(CRAC_EXIT_IMAGE, "%s is compressed for storage. Make it fit for a restore with\n  crac image decompress %s", image,
		    image);
	if (conf_get(&conf, "encrypted"))
		die(CRAC_EXIT_IMAGE, "%s is encrypted. Make it fit for a restore with\n  crac image decrypt %s --key-file FILE", image,
		    image);
	free(path);
	return conf;
}

const char *conf_get(const struct conf *conf, const char *key)
{
	for (size_t i = 0; i < conf->keys.count; i++)
		if (strcmp(conf->keys.items[i], key) == 0)
			return conf->values.items[i];
	return NULL;
}
