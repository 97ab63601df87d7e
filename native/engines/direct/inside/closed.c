#define _GNU_SOURCE
#include "descriptors.h"
#include "tree.h"

#include <fcntl.h>
#include <netinet/in.h>

/* What rules of the restore close (native/engines/direct/closings.c). */

bool number_is_closed(int number)
{
	for (int i = 0; i < handover.closed_file_count; i++)
		if (handover.closed_files[i] == number)
			return true;
	return false;
}

/* Tells whether a file is to be opened, for one of the numbers that share it; what other processes take is. */
bool file_is_wanted(const struct descriptor *file)
{
	for (int i = 0; i < descriptors.count && handover.closed_file_count > 0; i++) {
		const struct descriptor *one = &descriptors.all[i];

		if ((one == file || one->same_as == file->number) && !number_is_closed(one->number))
			return true;
	}
	return handover.closed_file_count == 0 || passed_of(file->number);
}

bool socket_is_closed(const struct socket *socket)
{
	const struct sockaddr_in *v4 = (const void *)socket->address;
	const struct sockaddr_in6 *v6 = (const void *)socket->address;
	uint16_t number = (uint16_t)(v4->sin_port >> 8 | v4->sin_port << 8); /* at the same place in both families */

	if (!socket->listens)
		return false;
	for (int i = 0; i < handover.closed_port_count; i++) {
		const struct port_closed *closed = &handover.closed_ports[i];
		const unsigned char *address = socket->domain == AF_INET ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr;
		size_t length = socket->domain == AF_INET ? 4 : 16, same = 0;

		if (socket->domain != closed->family || number != closed->number)
			continue;
		while (same < length && address[same] == closed->address[same])
			same++;
		if (same == length)
			return true;
	}
	return false;
}

/* Closes them; their numbers stay taken, and refuse every use: else the program's next write to one would go into
 * another's file. */
void closed_files_bar(void)
{
	for (int i = 0; i < handover.closed_file_count; i++) {
		long barred = RAW(openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC);

		if (barred < 0)
			die_restored(72, "cannot open", "/", barred);
		if (barred == handover.closed_files[i])
			continue;
		RAW(dup3, barred, handover.closed_files[i], O_CLOEXEC);
		RAW(close, barred);
	}
}
