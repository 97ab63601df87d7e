/* What an error of the kernel is called, and what helps, without libc and without a table of pointers: the restorer can have
 * no relocations. */
#ifndef CRAC_DIRECT_ERROR_TEXT_H
#define CRAC_DIRECT_ERROR_TEXT_H

#include "engines/direct/text.h"

/* The names, a line each: the number, a blank, the text. */
#define ERROR_NAMES \
	"\n1 EPERM (operation not permitted)\n2 ENOENT (no such file or directory)\n4 EINTR (interrupted)\n5 EIO (input/output error)" \
	"\n6 ENXIO (no such device or address)\n9 EBADF (bad file descriptor)\n11 EAGAIN (try again)\n12 ENOMEM (out of memory)" \
	"\n13 EACCES (permission denied)\n14 EFAULT (bad address)\n16 EBUSY (device or resource busy)\n17 EEXIST (file exists)" \
	"\n19 ENODEV (no such device)\n20 ENOTDIR (not a directory)\n21 EISDIR (is a directory)\n22 EINVAL (invalid argument)" \
	"\n23 ENFILE (too many open files in the system)\n24 EMFILE (too many open files)\n26 ETXTBSY (text file busy)" \
	"\n27 EFBIG (file too large)\n28 ENOSPC (no space left on device)\n29 ESPIPE (illegal seek)" \
	"\n30 EROFS (read-only file system)\n32 EPIPE (broken pipe)\n36 ENAMETOOLONG (file name too long)" \
	"\n38 ENOSYS (function not implemented)\n40 ELOOP (too many symbolic links)\n75 EOVERFLOW (value too large)" \
	"\n93 EPROTONOSUPPORT (protocol not supported)\n95 EOPNOTSUPP (operation not supported)" \
	"\n97 EAFNOSUPPORT (address family not supported)\n98 EADDRINUSE (address already in use)" \
	"\n99 EADDRNOTAVAIL (cannot assign requested address)\n105 ENOBUFS (no buffer space available)" \
	"\n110 ETIMEDOUT (timed out)\n111 ECONNREFUSED (connection refused)\n116 ESTALE (stale file handle)" \
	"\n122 EDQUOT (disk quota exceeded)\n"

#define ERROR_REMEDIES \
	"\n1 a security policy refuses it (seccomp, AppArmor, SELinux): allow it, or use --engine criu" \
	"\n2 put the file back, or make the image anew with `crac checkpoint`" \
	"\n5 the image or its disk cannot be read: copy the image anew" \
	"\n11 allow more processes and threads (container's limit of PIDs, ulimit -u, kernel.threads-max)" \
	"\n12 give it more memory (container limit, ulimit -v, vm.max_map_count, vm.overcommit_memory)" \
	"\n13 let this user have it (mode, noexec mount, a port below 1024), or restore as another user" \
	"\n23 raise fs.file-max\n24 raise the limit of open files (ulimit -n)\n28 make room on the disk; of epoll: raise fs.epoll.max_user_watches" \
	"\n30 mount it writable\n38 the kernel or a seccomp filter lacks this call: allow it, or use --engine criu" \
	"\n97 this machine lacks that kind of address (IPv6 switched off?): switch it on" \
	"\n98 end what has it, or restore with another port: crac restore --listen OLD=NEW IMAGE" \
	"\n99 this machine has no such address: give it one, or make the image with a server on all addresses\n"

/* Puts the line of this number in such a text; `fallback` where there is none. */
static inline char *error_put_line(char *to, const char *lines, uint64_t number, const char *fallback)
{
	char start[32];
	const char *at;

	text_put(text_put_number(text_put(start, "\n"), number), " ");
	at = text_find(lines, start);
	if (!at)
		return text_put(to, fallback);
	for (at += text_length(start); *at != '\n'; at++)
		*to++ = *at;
	*to = '\0';
	return to;
}

/* Puts `: ENOMEM (out of memory)`, as the command says it of a dump (named-error.ts); nothing for what is no error. */
static inline char *error_put(char *to, long error)
{
	char number[40];

	if (error >= 0)
		return to;
	text_put_number(text_put(number, "error "), (uint64_t)-error);
	return error_put_line(text_put(to, ": "), ERROR_NAMES, (uint64_t)-error, number);
}

/* Puts what helps against it, on a line of its own. */
static inline char *error_put_remedy(char *to, long error)
{
	if (error >= 0)
		return to;
	return error_put_line(text_put(to, ".\nWhat to do: "), ERROR_REMEDIES, (uint64_t)-error,
			      "make the image anew with `crac checkpoint`, or use --engine criu");
}

#endif
