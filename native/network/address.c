#include "network/address.h"
#include "base/list.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Returns the number of a port, -1 where it is none. */
int port_number(const char *text)
{
	char *rest;
	long port = strtol(text, &rest, 10);

	return rest != text && !*rest && port >= 1 && port <= 65535 ? (int)port : -1;
}

/* Reads an address, that of IPv6 in brackets. Returns its length, 0 for a wrong one. */
socklen_t network_address(char *text, int port, struct sockaddr_storage *where)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)where;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)where;

	if (*text == '[' && text[strlen(text) - 1] == ']') {
		text[strlen(text) - 1] = '\0';
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		return inet_pton(AF_INET6, text + 1, &v6->sin6_addr) == 1 ? sizeof(*v6) : 0;
	}
	*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	return inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? sizeof(*v4) : 0;
}

/* Writes an address as a caller would. */
char *address_text(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	char text[INET6_ADDRSTRLEN];

	if (address->ss_family == AF_INET6)
		return copyf("[%s]:%d", inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)), ntohs(v6->sin6_port));
	return copyf("%s:%d", inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)), ntohs(v4->sin_port));
}
