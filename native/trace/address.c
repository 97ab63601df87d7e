/* Tells what a socket is connected to, as `strace -yy` writes it; strace itself asks the kernel for all sockets each
 * time. */
#define _GNU_SOURCE
#include "trace/trace.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage storage;
};

typedef int (*lookup)(int, struct sockaddr *, socklen_t *);

static bool ip_text(int fd, lookup look, char *text, size_t size)
{
	union address address = {0};
	socklen_t length = sizeof(address);
	char host[INET6_ADDRSTRLEN];

	if (look(fd, &address.any, &length) != 0)
		return false;
	if (address.any.sa_family == AF_INET && inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof(host)))
		return snprintf(text, size, "%s:%d", host, ntohs(address.v4.sin_port)) > 0;
	if (address.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof(host)))
		return snprintf(text, size, "[%s]:%d", host, ntohs(address.v6.sin6_port)) > 0;
	return false;
}

static int local(int fd, struct sockaddr *address, socklen_t *length)
{
	return getsockname(fd, address, length);
}

static int remote(int fd, struct sockaddr *address, socklen_t *length)
{
	return getpeername(fd, address, length);
}

size_t address_text(int fd, char *buffer, size_t size)
{
	char here[128], there[128];
	int domain = 0, type = 0, written;
	socklen_t length = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0)
		return 0;
	length = sizeof(type);
	if ((domain != AF_INET && domain != AF_INET6) || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
	    type != SOCK_STREAM || !ip_text(fd, local, here, sizeof(here)))
		return 0;
	if (ip_text(fd, remote, there, sizeof(there)))
		written = snprintf(buffer, size, "w TCP%s:[%s->%s]\n", domain == AF_INET6 ? "v6" : "", here, there);
	else
		written = snprintf(buffer, size, "w TCP%s:[%s]\n", domain == AF_INET6 ? "v6" : "", here);
	return written > 0 && (size_t)written < size ? (size_t)written : 0;
}
