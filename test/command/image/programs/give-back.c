/* An addon that holds memory where V8 has its own, as cppgc and V8's heap do, and gives it back in two ways. */
#define _GNU_SOURCE
#include <node_api.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE (256UL << 12)

static unsigned char *first, *second;

static unsigned char *hold(unsigned long address)
{
	unsigned char *memory = mmap((void *)address, SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	memset(memory, 7, SIZE);
	return memory;
}

static napi_value sum(napi_env env, const unsigned char *memory)
{
	unsigned long bytes = 0;
	napi_value value;

	for (unsigned long i = 0; i < SIZE; i++)
		bytes += memory[i];
	napi_create_int64(env, bytes / SIZE, &value);
	return value;
}

static napi_value by_libc(napi_env env, napi_callback_info info)
{
	(void)info;
	madvise(first, SIZE, MADV_DONTNEED);
	return sum(env, first);
}

/* The same system call, past every library that stands before libc's. */
static napi_value by_kernel(napi_env env, napi_callback_info info)
{
	(void)info;
	syscall(SYS_madvise, second, SIZE, MADV_DONTNEED);
	return sum(env, second);
}

NAPI_MODULE_INIT()
{
	napi_property_descriptor functions[] = { { "byLibc", NULL, by_libc, NULL, NULL, NULL, napi_default, NULL },
						 { "byKernel", NULL, by_kernel, NULL, NULL, NULL, napi_default, NULL } };

	first = hold(0x123400000000);
	second = hold(0x123500000000);
	napi_define_properties(env, exports, 2, functions);
	return exports;
}
