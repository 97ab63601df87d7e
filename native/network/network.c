#define _GNU_SOURCE
#include "network/network.h"
#include "base/list.h"
#include "base/say.h"
#include "base/seccomp.h"
#include "network/address.h"
#include "network/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --network private: the program has a network of its own, with nothing in it but a loopback interface, so that copies
 * with one fixed port run side by side. --publish lets the outside in: a socket that listens there, made before the
 * namespace is left, and a relay that stands inside (relay.c). */

/* Parses `[ADDRESS:]OUTSIDE:INSIDE`. Returns the length of the address, 0 for a wrong one. */
static socklen_t parse(char *text, struct sockaddr_storage *where, int *inside)
{
	char *last = strrchr(text, ':'), *middle, local[] = "127.0.0.1", *address = local;
	int outside;

	if (!last)
		return 0;
	*last = '\0';
	middle = strrchr(text, ':');
	if (middle) {
		*middle = '\0';
		address = text;
	}
	outside = port_number(middle ? middle + 1 : text);
	*inside = port_number(last + 1);
	return outside < 0 || *inside < 0 ? 0 : network_address(address, outside, where);
}

static void publish(struct network *network, const char *option)
{
	struct sockaddr_storage where;
	struct published *one = &network->published[network->count];
	char *text = strdup(option);
	socklen_t length = text ? parse(text, &where, &one->inside) : 0;
	int on = 1;

	if (!length)
		die(CRAC_EXIT_USAGE, "--publish %s: expected [ADDRESS:]OUTSIDE:INSIDE, as 8080:3000 or 0.0.0.0:8080:3000", option);
	if (network->count == PUBLISHED_MAX)
		die(CRAC_EXIT_USAGE, "--publish: at most %d ports", PUBLISHED_MAX);
	one->listener = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (one->listener < 0)
		die(CRAC_EXIT_PORT, "--publish %s: cannot make a socket: %s", option, strerror(errno));
	setsockopt(one->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind_soon(one->listener, (struct sockaddr *)&where, length) || listen(one->listener, 511) < 0)
		die(CRAC_EXIT_PORT, "--publish %s: cannot listen there: %s.%s", option, strerror(errno),
		    errno == EADDRINUSE ? " Publish on another port, or end the program that holds it (ss -ltnp names it)" :
					  " Choose an address of this machine, and a port that you may use");
	network->count++;
	free(text);
}

/* Prepares the network; called in the parent, outside: what cannot be had is said before anything is started. */
void network_prepare(struct network *network, const char *where, const struct list *published)
{
	if (!where && published->count > 0)
		die(CRAC_EXIT_USAGE, "--publish goes with --network private; on the machine's network move a port with --listen OLD=NEW");
	if (!where || strcmp(where, "host") == 0)
		return;
	if (strcmp(where, "private") != 0 && *where != '/')
		die(CRAC_EXIT_USAGE, "--network %s: expected host, private, or the path of a network namespace, as /run/netns/NAME",
		    where);
	network->where = where;
	network->go = eventfd(0, EFD_CLOEXEC);
	if (network->go < 0)
		die(CRAC_EXIT_ENGINE, "cannot make an event descriptor: %s", strerror(errno));
	for (size_t i = 0; i < published->count; i++)
		publish(network, published->items[i]);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot bring up the loopback interface of the private network: %s", strerror(errno));
	close(fd);
}

/* Enters the network; called in the branch that becomes the program's. */
void network_enter(const struct network *network)
{
	int fd;

	if (!network->where)
		return;
	if (strcmp(network->where, "private") == 0) {
		if (unshare(CLONE_NEWNET) < 0)
			die(CRAC_EXIT_NAMESPACE, "cannot make a network namespace: %s; this needs CAP_SYS_ADMIN, or user namespaces for "
			    "an ordinary user", strerror(errno));
		loopback_up();
		return;
	}
	fd = open(network->where, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && setns_is_filtered())
		die(CRAC_EXIT_NAMESPACE, "--network %s: a seccomp profile denies setns, with which it is entered; allow that call, or start "
		    "crac\ninside of that network: ip netns exec NAME crac restore …", network->where);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		die(CRAC_EXIT_NAMESPACE, "--network %s: %s. `ip netns add NAME` makes a network namespace at /run/netns/NAME; to enter "
		    "one takes root", network->where, strerror(errno));
	close(fd);
}

/* Lets connections in that wait at the published ports: the program listens now. */
void network_open(const struct network *network)
{
	if (network->where && eventfd_write(network->go, 1) < 0)
		say("cannot open the published ports: %s", strerror(errno));
}

/* Closes the published ports, in the processes that have nothing to do with them. */
void network_leave(const struct network *network)
{
	for (size_t i = 0; i < network->count; i++)
		close(network->published[i].listener);
}
