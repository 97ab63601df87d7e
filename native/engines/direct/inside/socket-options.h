#ifndef CRAC_DIRECT_SOCKET_OPTIONS_H
#define CRAC_DIRECT_SOCKET_OPTIONS_H

#include <stdint.h>

#define OPTIONS_MAX 64

/* Options of a socket that are not as those of a fresh one; the values of the bits set in `differ`. */
struct socket_options {
	uint64_t differ;
	int values[OPTIONS_MAX];
	int send_buffer, receive_buffer; /* 0: the kernel's own choice */
	int linger[2];			 /* on, seconds */
	long receive_time[2], send_time[2];
};

int socket_number(int socket, int level, int name); /* -1 where there is no such option */
void socket_set(int socket, int level, int name, int value);
void socket_options_note(int socket, int fresh, struct socket_options *options);
void socket_options_set(int socket, const struct socket_options *options);

#endif
