#include "engines/table.h"
#include "base/say.h"
#include "engines/criu/criu.h"
#include "engines/direct/direct.h"
#include "engines/pause.h"

#include <stddef.h>
#include <string.h>

/* The engines that this binary restores images of. The engine `simulate` makes no images. */
static const struct engine *const engines[] = {
	&criu,
#if defined(__x86_64__) || defined(__aarch64__) /* those that it is written for */
	&direct,
#endif
	&pause_engine,
};

/* Returns the engine that made the image. */
const struct engine *engine_of(const struct conf *conf)
{
	const char *name = conf_get(conf, "engine");

	for (size_t i = 0; name && i < sizeof(engines) / sizeof(*engines); i++)
		if (strcmp(name, engines[i]->name) == 0)
			return engines[i];
	die(CRAC_EXIT_IMAGE, "%s was made by the engine %s, which this restore does not read; make the image anew, or restore it with the crac that made it",
	    conf->image->path, name ? name : "(none named)");
}
