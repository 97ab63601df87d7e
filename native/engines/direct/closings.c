#define _GNU_SOURCE
#include "engines/direct/closings.h"
#include "base/say.h"
#include "restore/open-files.h"
#include "restore/policies.h"
#include "restore/port.h"

#include <arpa/inet.h>
#include <string.h>

/* The descriptors that rules of the restore close: a file may be gone, or somebody else's, so the program must not open
 * it even for a moment. */

static _Noreturn void too_many(const char *what)
{
	die(CRAC_EXIT_USAGE, "--policies: the rules close more than %d %s; close them in beforeCheckpoint", CLOSED_MAX, what);
}

static void close_files(const struct conf *conf, int process, struct handover *handover)
{
	struct open_file file;
	const char *value;
	size_t index = 0;

	for (size_t at = 0; (value = conf_each(conf, "open", &at)); index++) {
		const char *decision = policies_decision(index);

		if (!decision || strcmp(decision, "close") != 0 || !open_file_parse(value, &file) || file.process != process)
			continue;
		if (handover->closed_file_count == CLOSED_MAX)
			too_many("files");
		handover->closed_files[handover->closed_file_count++] = file.fd;
	}
}

static void close_ports(const struct conf *conf, struct handover *handover)
{
	struct port port;
	size_t index = 0;

	for (size_t at = 0; port_each(conf, &at, &port);) {
		struct port_closed *closed;

		if (!policies_close_port(index++))
			continue;
		if (handover->closed_port_count == CLOSED_MAX)
			too_many("listening sockets");
		closed = &handover->closed_ports[handover->closed_port_count++];
		*closed = (struct port_closed){ .family = port.family == 6 ? AF_INET6 : AF_INET, .number = (uint16_t)port.number };
		inet_pton(closed->family, port.address, closed->address);
	}
}

void closings_hand_over(const struct restore *restore, const struct header *header, int process, struct handover *handover)
{
	close_files(&restore->conf, process, handover);
	close_ports(&restore->conf, handover);
	if (header->format == 1 && handover->closed_file_count + handover->closed_port_count > 0)
		die(CRAC_EXIT_IMAGE, "%s was made by an older node-crac, whose programs take no rule that closes; make the image anew",
		    restore->image.path);
}
