#define _GNU_SOURCE
#include "restore/verify.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/say.h"
#include "restore/or-run.h"
#include "supervisor/agent.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Has the `crac` that this restorer belongs to compare the image with its checksums before anything of it is read;
 * asked for by --verify or --require-signature. It is never a `crac` that the image names: it would vouch for itself. */
void image_verify(const struct restore_options *options, const struct image *image)
{
	const char *node = getenv("CRAC_NODE"), *key = options->signed_by;
	struct list agent = { 0 };
	char *script;
	int code;

	if (!options->verify && !key)
		return;
	script = own_script();
	if (!script)
		die(CRAC_EXIT_IMAGE, "only an installed crac can verify an image, not the restorer that lies in it. Use\n"
		    "  crac restore %s %s%s", image->path, key ? "--require-signature " : "--verify", key ? key : "");
	list_add(&agent, node && *node ? node : "node");
	list_add(&agent, script);
	code = agent_run(&agent, deadline_left(), "verifies images", "__verify", image_path_for_others(image), image->path, key, NULL);
	if (code == 0)
		return;
	if (code < 0 && deadline_over())
		die_late(copyf("%s is not verified yet", image->path));
	if (code < 0)
		die(CRAC_EXIT_ENGINE, "%s, which verifies images, did not end as it should", agent.items[0]);
	or_run();
	exit(code); /* `crac` has said why */
}
