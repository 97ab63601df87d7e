#define _GNU_SOURCE
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* fuzz TARGET CORPUS RUNS SECONDS SEED OUT: mutates the files of CORPUS and keeps, in memory, what reaches new code (as
 * the compiler's -fsanitize-coverage=trace-pc tells). This file is compiled without it. A crash, a hang or a complaint
 * of a sanitizer leaves the input in OUT. */

#define KEPT_MAX 4096
#define INPUT_MAX 16384
#define HANGS_AFTER 20 /* seconds for one input */

struct input {
	char *data;
	size_t size;
};

static struct input kept[KEPT_MAX];
static size_t kept_count;
static char current[INPUT_MAX];
static size_t current_size;
static const char *out;
static uint64_t state;
static unsigned char seen[1 << 16];
static unsigned edges, previous;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	uintptr_t here = (uintptr_t)__builtin_return_address(0);
	unsigned edge = (unsigned)((here ^ here >> 16) ^ previous) & (sizeof(seen) - 1);

	previous = (unsigned)here >> 1;
	if (!seen[edge]) {
		seen[edge] = 1;
		edges++;
	}
}

void __sanitizer_set_death_callback(void (*callback)(void));
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:abort_on_error=0:exitcode=77"; /* what is refused by longjmp is not given back */
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}

static void leave_input(void)
{
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0 && write(fd, current, current_size) == (ssize_t)current_size)
		dprintf(STDERR_FILENO, "fuzz: the input is %s\n", out);
}

static void failed(int number)
{
	dprintf(STDERR_FILENO, "fuzz: %s\n", number == SIGALRM ? "this input takes for ever" : "an assertion of the target failed");
	leave_input();
	_exit(77);
}

static unsigned any(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : 0;
}

static void keep(const char *data, size_t size)
{
	if (kept_count == KEPT_MAX)
		return;
	kept[kept_count].data = malloc(size + 1);
	memcpy(kept[kept_count].data, data, size);
	kept[kept_count++].size = size;
}

static void read_corpus(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		int fd = openat(dirfd(directory), entry->d_name, O_RDONLY);
		ssize_t got = *entry->d_name == '.' ? -1 : read(fd, current, sizeof(current));

		if (got >= 0)
			keep(current, got);
		close(fd);
	}
	if (directory)
		closedir(directory);
	keep("", 0);
}

static void replace(size_t at, size_t removed, const char *text, size_t length)
{
	if (at > current_size || removed > current_size - at || current_size - removed + length > INPUT_MAX)
		return;
	memmove(current + at + length, current + at + removed, current_size - at - removed);
	memcpy(current + at, text, length);
	current_size += length - removed;
}

static void mutate(void)
{
	static const char *const words[] = { " ", "\n", "\r\n", "=", "/", "../", "0", "-1", "65535", "65536", "4294967296",
					     "9223372036854775807", "9223372036854775808", "\x1b[2J", "\xc2\x9b", "\xe2\x80\xae",
					     "\xff", "::", "127.0.0.1", "end 1\n", "GNU", "port ", "open ", "own " };
	char block[256];
	size_t at = any(current_size + 1), length = any(current_size - at < 256 ? current_size - at + 1 : 256);
	const struct input *other = &kept[any(kept_count)];
	const char *word = words[any(sizeof(words) / sizeof(*words))];
	unsigned char byte = any(256);

	switch (any(7)) {
	case 0:
		if (current_size)
			current[any(current_size)] ^= 1 << any(8);
		break;
	case 1:
		if (current_size)
			current[any(current_size)] = byte;
		break;
	case 2:
		replace(at, 0, (char *)&byte, 1);
		break;
	case 3:
		replace(at, length, "", 0);
		break;
	case 4:
		memcpy(block, current + at, length);
		replace(any(current_size + 1), 0, block, length);
		break;
	case 5:
		replace(at, any(2) ? length : 0, word, strlen(word));
		break;
	default:
		length = any(other->size + 1);
		replace(at, 0, other->data + any(other->size - length + 1), length);
	}
}

static void run(const struct target *target)
{
	alarm(HANGS_AFTER);
	previous = 0;
	if (setjmp(refused) == 0)
		target->run(current, current_size);
}

int main(int argc, char **argv)
{
	const struct target *target = targets;
	long runs, most;
	time_t until;

	if (argc != 7)
		return 2;
	while (target->name && strcmp(target->name, argv[1]) != 0)
		target++;
	if (!target->name)
		return 2;
	most = atol(argv[3]);
	until = atol(argv[4]) ? time(NULL) + atol(argv[4]) : 0;
	state = strtoull(argv[5], NULL, 10) * 2654435761u + 88172645463325252u;
	out = argv[6];
	read_corpus(argv[2]);
	signal(SIGALRM, failed);
	signal(SIGABRT, failed);
	__sanitizer_set_death_callback(leave_input);
	for (size_t i = 0, seeds = kept_count; i < seeds; i++) {
		memcpy(current, kept[i].data, current_size = kept[i].size);
		run(target);
	}
	for (runs = 0; (!most || runs < most) && (!until || time(NULL) < until); runs++) {
		const struct input *from = &kept[any(kept_count)];
		unsigned before = edges;

		memcpy(current, from->data, current_size = from->size);
		for (int times = 1 + any(8); times > 0; times--)
			mutate();
		run(target);
		if (edges > before)
			keep(current, current_size);
	}
	printf("%s: %ld inputs, %u edges, %zu kept\n", target->name, runs, edges, kept_count);
	return 0;
}
