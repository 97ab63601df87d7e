/*
 * Preloaded into the program: makes OpenSSL reseed itself in every thread and process after a restore.
 *
 * Each of OpenSSL's generators compares getpid() with the number it saw last before every draw (its check for
 * fork) and reseeds when it differs; the primary one then reads the kernel's entropy. OpenSSL alone is told another
 * number for each copy of the process. Its draws wait while the gate is closed, so that none is halfway at the dump.
 */
#define _GNU_SOURCE
#include "generation.h"
#include "preload/carry.h"
#include "preload/opened.h"
#include "preload/other-openssl.h"
#include "preload/threads.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct generation none;
static const volatile struct generation *generation = &none;
static pid_t (*real_getpid)(void);

/* The copy that the constructor found. */
static double first_copy;
static pid_t started;

/* The ranges of code that calls from OpenSSL's generators come from. */
static struct range {
	uintptr_t start, end;
} openssl[5];

/* Finds a function that a node binary with OpenSSL inside exports; what follows it in the same object file are
 * generators too. */
static void find_in_binary(struct range *range, const char *name)
{
	range->start = (uintptr_t)dlsym(RTLD_DEFAULT, name);
	range->end = range->start ? range->start + 2048 : 0;
}

static int find_library(struct dl_phdr_info *info, size_t size, void *data)
{
	struct range *range = data;

	(void)size;
	if (!info->dlpi_name || !strstr(info->dlpi_name, "/libcrypto.so"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
			range->start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			range->end = range->start + info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

static const struct generation *map_page(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return &none;
	page = mmap(NULL, GENERATION_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? &none : page;
}

/* Maps the generation page, whose path lies beside this library. */
static const struct generation *map_generation(void)
{
	char path[4096];
	const char *slash, *own = getenv(GENERATION_VARIABLE);
	Dl_info info;

	if (own)
		return map_page(own);
	if (!dladdr((void *)&none, &info) || !(slash = strrchr(info.dli_fname, '/')) ||
	    (size_t)(slash - info.dli_fname) + sizeof("/mark") > sizeof(path))
		return &none;
	memcpy(path, info.dli_fname, slash - info.dli_fname);
	strcpy(path + (slash - info.dli_fname), "/mark");
	return map_page(path);
}

__attribute__((constructor)) static void start(int argc, char **argv)
{
	real_getpid = (pid_t (*)(void))dlsym(RTLD_NEXT, "getpid");
	exec_start();
	generation = map_generation();
	if (generation->copy == 0)
		return;
	first_copy = generation->copy;
	started = real_getpid();
	carry_start(argc, argv);
	threads_start();
	find_in_binary(&openssl[0], "ossl_prov_drbg_generate");
	find_in_binary(&openssl[1], "ossl_prov_drbg_instantiate");
	find_in_binary(&openssl[2], "ossl_prov_drbg_reseed");
	find_in_binary(&openssl[3], "ossl_drbg_get_seed"); /* the primary's draw for a thread's own, inlined there */
	dl_iterate_phdr(find_library, &openssl[4]);
}

static int from_openssl(uintptr_t caller)
{
	for (size_t i = 0; i < sizeof(openssl) / sizeof(*openssl); i++)
		if (caller >= openssl[i].start && caller < openssl[i].end)
			return 1;
	return 0;
}

/* Set by the addon in threads that run JavaScript. */
__attribute__((visibility("default"))) __thread int crac_runs_javascript;

/* The number of times that this thread's generators were asked, so that the addon can tell a draw from a cache from a
 * filling. */
__attribute__((visibility("default"))) __thread unsigned crac_openssl_draws;

bool in_tree(void)
{
	return generation->copy != 0;
}

const char *record_without_namespaces(void)
{
	return generation->copy != 0 && generation->pid_namespace != 0 ? (const char *)generation->record : NULL;
}

bool in_program(void)
{
	return generation->copy != 0 && (pid_t)generation->program == (pid_t)syscall(SYS_getpid);
}

static int must_wait(pid_t pid)
{
	if (generation->gate == GATE_OPEN)
		return 0;
	if (generation->gate == GATE_POOL_CLOSED)
		return pid == (pid_t)generation->program && !crac_runs_javascript;
	return !(pid == (pid_t)generation->program && (pid_t)syscall(SYS_gettid) == pid);
}

__attribute__((visibility("default"))) pid_t getpid(void)
{
	pid_t pid = real_getpid ? real_getpid() : (pid_t)syscall(SYS_getpid);
	const struct timespec step = { .tv_nsec = 1000000 };

	uintptr_t caller = (uintptr_t)__builtin_return_address(0);

	if (generation->copy == 0)
		return pid;
	if (!from_openssl(caller)) {
		/* Addons may ask for other reasons, too: they get another number only where it is needed. Not in a child after
		 * a fork, where another thread may have held the dynamic linker's lock. */
		if (generation->copy == first_copy || pid != started || !is_other_openssl(caller))
			return pid;
	} else {
		crac_openssl_draws++;
	}
	while (must_wait(pid))
		nanosleep(&step, NULL);
	return pid ^ (pid_t)(uint64_t)generation->copy;
}
