#include "restore/user.h"
#include "base/say.h"
#include "base/scan.h"
#include "supervisor/privileges.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static enum namespace_mode mode_of(const struct conf *conf)
{
	const char *mode = conf_need(conf, "mode");

	if (strcmp(mode, "root") != 0 && strcmp(mode, "user") != 0)
		conf_bad_value(conf, "mode", mode);
	return strcmp(mode, "user") == 0 ? MODE_USER : MODE_ROOT;
}

/* Chooses the namespaces. An image made by root needs root's own; one made by anybody else becomes the caller's, but
 * never root's: the program would have root's rights outside while it takes itself for an ordinary user. */
void namespaces_of_image(struct restore *restore)
{
	const char *path = restore->image.path, *ids = conf_get(&restore->conf, "ids");
	enum namespace_mode mode = mode_of(&restore->conf);
	unsigned uid = geteuid(), gid = getegid();

	if (mode == MODE_ROOT && namespace_mode() != MODE_ROOT)
		die(CRAC_EXIT_IMAGE,
		    "%s was made by root, and this is %s. Restore it as root of the machine, or make an image as this user:\n"
		    "  crac run --image DIR app.js",
		    path, uid == 0 ? "a root with fewer capabilities" : "an ordinary user");
	if (mode == MODE_USER && ids) {
		const char *at = ids;
		long long inside[2];

		if (!scan_number(&at, 0, UINT_MAX, &inside[0]) || !scan_number(&at, 0, UINT_MAX, &inside[1]) || *at)
			conf_bad_value(&restore->conf, "ids", ids);
		uid = inside[0];
		gid = inside[1];
	}
	if (mode == MODE_USER && uid != 0 && geteuid() == 0)
		die(CRAC_EXIT_IMAGE,
		    "%s was made by the ordinary user %u, and this is root. Restore it as that user:\n"
		    "  setpriv --reuid %u --regid %u --clear-groups crac restore %s",
		    path, uid, uid, gid, path);
	restore->namespaces = (struct namespaces){ mode, uid, gid };
}
