/* Who is connected with whom: /proc does not tell, NETLINK_SOCK_DIAG does. */
#define _GNU_SOURCE
#include "unix-peers.h"
#include "inside.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

static long diag = -1;

static bool begin(void)
{
	if (diag < 0)
		diag = RAW(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	return diag >= 0 || refuse("the kernel does not tell which sockets are connected (NETLINK_SOCK_DIAG)", NULL, diag);
}

static void read_facts(const struct nlmsghdr *header, struct unix_facts *facts)
{
	const struct unix_diag_msg *message = (const void *)((const char *)header + NLMSG_HDRLEN);
	unsigned length = header->nlmsg_len - NLMSG_LENGTH(sizeof(*message));

	for (const struct rtattr *a = (const struct rtattr *)(message + 1); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
		if (a->rta_type == UNIX_DIAG_PEER)
			facts->peer = *(const uint32_t *)RTA_DATA(a);
		else if (a->rta_type == UNIX_DIAG_SHUTDOWN)
			facts->shutdown = *(const unsigned char *)RTA_DATA(a);
	}
}

bool unix_peers_ask(uint64_t inode, struct unix_facts *facts)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.request = { .sdiag_family = AF_UNIX, .udiag_states = ~0u, .udiag_ino = (uint32_t)inode,
			     .udiag_show = UDIAG_SHOW_PEER, .udiag_cookie = { ~0u, ~0u } },
	};
	char answer[1024] __attribute__((aligned(8)));
	const struct nlmsghdr *header = (const void *)answer;
	long got;

	*facts = (struct unix_facts){ 0, 0 };
	if (!begin())
		return false;
	got = RAW(sendto, diag, &message, sizeof(message), 0, 0, 0);
	if (got >= 0)
		got = RAW(recvfrom, diag, answer, sizeof(answer), 0, 0, 0);
	if (got >= (long)sizeof(*header) && header->nlmsg_type == NLMSG_ERROR)
		got = ((const struct nlmsgerr *)(const void *)(answer + NLMSG_HDRLEN))->error;
	if (got == 0)
		got = -ENOENT;
	if (got < 0)
		return refuse("the kernel does not tell with whom a unix socket is connected", NULL, got);
	read_facts(header, facts);
	return true;
}

void unix_peers_end(void)
{
	if (diag >= 0)
		RAW(close, diag);
	diag = -1;
}
