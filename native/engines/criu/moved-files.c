#define _GNU_SOURCE
#include "engines/criu/moved-files.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "restore/policies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Puts another port at its place in files.img. False where the old one does not stand there. */
bool port_rewrite(char *content, size_t length, const struct port *port, int to)
{
	unsigned char *at;

	if (port->offset <= 0 || length < 3 || (size_t)port->offset > length - 3)
		return false;
	at = (unsigned char *)content + port->offset;
	if (!(at[0] & 0x80) || !(at[1] & 0x80) || ((at[0] & 0x7f) | (at[1] & 0x7f) << 7 | at[2] << 14) != port->number)
		return false;
	at[0] = (to & 0x7f) | 0x80;
	at[1] = ((to >> 7) & 0x7f) | 0x80;
	at[2] = to >> 14;
	return true;
}

/* Makes, in the record, a files.img that has the new ports; called by the parent. */
void moved_files_make(struct criu_state *state, const struct restore *restore)
{
	const struct list *moves = &restore->options.moves;
	size_t length, index = 0;
	char *content = read_file_at(restore->image.fd, "files.img", &length);
	struct port port;
	int fd;

	if (!content)
		die(CRAC_EXIT_IMAGE, "cannot read %s/files.img: %s", restore->image.path, strerror(errno));
	for (size_t at = 0; port_each(&restore->conf, &at, &port);)
		/* A socket that is about to be closed is bound to port 0. */
		if (!port_rewrite(content, length, &port, policies_close_port(index++) ? 0 : port_moved(moves, port.number)))
			die(CRAC_EXIT_IMAGE, "this image cannot be moved to another port; make it anew");
	state->moved_files = copyf("%s/files.img", restore->record);
	fd = open(state->moved_files, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, content, length) != (ssize_t)length)
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", state->moved_files, strerror(errno));
	close(fd);
	free(content);
}

/* Shows it; called by init: only its mount namespace sees it, and only while the engine reads it. */
void moved_files_show(const struct criu_state *state, const struct restore *restore)
{
	if (!state->moved_files ||
	    mount(state->moved_files, image_path(&restore->image, "files.img"), NULL, MS_BIND, NULL) == 0)
		return;
	die(CRAC_EXIT_NAMESPACE, "cannot mount %s over %s/files.img: %s; restore without --listen", state->moved_files,
	    restore->image.path, strerror(errno));
}

void moved_files_hide(const struct criu_state *state, const struct restore *restore)
{
	if (state->moved_files && (umount2(image_path(&restore->image, "files.img"), MNT_DETACH) < 0 ||
				   unlink(state->moved_files) < 0))
		say("warning: cannot take back %s: %s", state->moved_files, strerror(errno));
}
