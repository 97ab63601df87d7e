#include "restore/port.h"
#include "base/scan.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>

/* Parses a conf line `port FAMILY ADDRESS PORT V6ONLY OFFSET`, which tells a listening TCP socket of the image; OFFSET
 * is where the port stands in files.img, as a varint padded to three bytes. */
bool port_parse(const char *value, struct port *port)
{
	long long family, number, only6, offset;
	unsigned char address[16];

	if (!scan_number(&value, 4, 6, &family) || family == 5 || !scan_word(&value, port->address, sizeof(port->address)) ||
	    inet_pton(family == 6 ? AF_INET6 : AF_INET, port->address, address) != 1 ||
	    !inet_ntop(family == 6 ? AF_INET6 : AF_INET, address, port->address, sizeof(port->address)) || !scan_number(&value, 0, 65535, &number) ||
	    !scan_number(&value, 0, 1, &only6) || !scan_number(&value, 0, LONG_MAX, &offset) || *value)
		return false;
	port->family = family;
	port->number = number;
	port->only6 = only6;
	port->offset = offset;
	return true;
}

/* Reads the image's next `port` line, as conf_each() does. */
bool port_each(const struct conf *conf, size_t *at, struct port *port)
{
	const char *value = conf_each(conf, "port", at);

	if (value && !port_parse(value, port))
		conf_bad_value(conf, "port", value);
	return value;
}

/* Reads the two numbers of --listen OLD=NEW. */
bool port_move(const char *text, int *from, int *to)
{
	char old[8];
	size_t length = strcspn(text, "=");
	const char *new = text + length + 1, *at = old;
	long long a, b;

	if (!text[length] || length >= sizeof(old))
		return false;
	memcpy(old, text, length);
	old[length] = '\0';
	if (!scan_number(&at, 1, 65535, &a) || *at || !scan_number(&new, 1, 65535, &b) || *new)
		return false;
	*from = a;
	*to = b;
	return true;
}

/* Returns the port that `old` is moved to by --listen OLD=NEW, else `old`. */
int port_moved(const struct list *moves, int old)
{
	for (size_t i = 0; i < moves->count; i++) {
		int from, to;

		if (port_move(moves->items[i], &from, &to) && from == old)
			return to;
	}
	return old;
}
