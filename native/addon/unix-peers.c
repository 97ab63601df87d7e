#include "addon/addon.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(int fd)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.request = { .sdiag_family = AF_UNIX, .udiag_states = -1, .udiag_show = UDIAG_SHOW_PEER },
	};

	return send(fd, &message, sizeof(message), 0) < 0 ? -1 : 0;
}

static void add_pair(napi_env env, napi_value result, uint32_t *count, const struct nlmsghdr *header)
{
	const struct unix_diag_msg *socket_info = NLMSG_DATA(header);
	unsigned length = header->nlmsg_len - NLMSG_LENGTH(sizeof(*socket_info));

	for (struct rtattr *a = (struct rtattr *)(socket_info + 1); RTA_OK(a, length); a = RTA_NEXT(a, length))
		if (a->rta_type == UNIX_DIAG_PEER) {
			napi_set_element(env, result, (*count)++, number(env, socket_info->udiag_ino));
			napi_set_element(env, result, (*count)++, number(env, *(uint32_t *)RTA_DATA(a)));
		}
}

/* unixPeers(): lists inode, peer's inode, inode, peer's inode, … of every connected unix socket; /proc does not tell. */
napi_value unix_peers(napi_env env, napi_callback_info info)
{
	char buffer[32768] __attribute__((aligned(8)));
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), saved;
	uint32_t count = 0;
	napi_value result;

	(void)info;
	if (fd < 0)
		return fail(env, "socket(NETLINK_SOCK_DIAG)");
	napi_create_array(env, &result);
	if (ask(fd) < 0)
		goto failed;
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

		if (got < 0)
			goto failed;
		for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, (size_t)got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_ERROR) {
				errno = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
				goto failed;
			}
			if (h->nlmsg_type == NLMSG_DONE) {
				close(fd);
				return result;
			}
			add_pair(env, result, &count, h);
		}
	}
failed:
	saved = errno;
	close(fd);
	errno = saved;
	return fail(env, "recv(NETLINK_SOCK_DIAG)");
}
