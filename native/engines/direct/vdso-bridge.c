#include "engines/direct/vdso-bridge.h"
#include "engines/direct/vdso-symbols.h"

#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#define LANDING 0xf3, 0x0f, 0x1e, 0xfa /* endbr64 */
#define CODE_MAX 40

struct code {
	unsigned char bytes[CODE_MAX];
	uint64_t length;
};

static void add(struct code *code, const void *bytes, uint64_t length)
{
	memcpy(code->bytes + code->length, bytes, length);
	code->length += length;
}
#define ADD(code, ...) add(code, (const unsigned char[]){ __VA_ARGS__ }, sizeof((const unsigned char[]){ __VA_ARGS__ }))

static void add_jump(struct code *code, uint64_t target)
{
	ADD(code, 0x48, 0xb8); /* movabs $target, %rax */
	add(code, &target, sizeof(target));
	ADD(code, 0xff, 0xe0); /* jmp *%rax */
}

static void add_call_of_kernel(struct code *code, uint32_t number)
{
	ADD(code, 0xb8); /* mov $number, %eax */
	add(code, &number, sizeof(number));
	ADD(code, 0x0f, 0x05, 0xc3); /* syscall; ret */
}

static void add_refusal(struct code *code)
{
	ADD(code, 0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff, 0xc3); /* mov $-ENOSYS, %rax; ret */
}

/* Who asks it for the size of its state, by a length of ~0, is told that there is none: no other program believes that
 * there is one. Those that have got one pass it; the system call takes the first three arguments alone. */
static void add_getrandom(struct code *code)
{
	ADD(code, 0x49, 0x83, 0xf8, 0xff, 0x74, 0x08); /* cmp $-1, %r8; je behind the system call */
	add_call_of_kernel(code, SYS_getrandom);
	add_refusal(code);
}

/* What this kernel's vDSO lacks is done by the system call; a function that nobody knows says ENOSYS, as a vDSO may. */
static void add_stub(struct code *code, const char *name)
{
	static const struct {
		const char *name;
		uint32_t number;
	} calls[] = { { "clock_gettime", SYS_clock_gettime }, { "clock_getres", SYS_clock_getres }, { "gettimeofday", SYS_gettimeofday },
		      { "time", SYS_time }, { "getcpu", SYS_getcpu } };

	if (strcmp(name, "getrandom") == 0) {
		add_getrandom(code);
		return;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(name, calls[i].name) == 0) {
			add_call_of_kernel(code, calls[i].number);
			return;
		}
	add_refusal(code);
}

const char *vdso_bridge(const struct vdso_image *programs, unsigned char *to, const struct vdso_image *now, uint64_t address)
{
	struct vdso program, kernel;

	if (!vdso_read(&program, programs->content, programs->length))
		return "the program's vDSO cannot be read";
	if (!vdso_read(&kernel, now->content, now->length))
		return "this kernel's vDSO cannot be read";
	for (uint64_t i = 0; i < program.count; i++) {
		struct code code = { { LANDING }, 4 };
		struct vdso_function function;
		uint64_t offset;

		if (!vdso_function(&program, i, &function))
			continue;
		if (vdso_find(&kernel, function.name, &offset))
			add_jump(&code, address + offset);
		else
			add_stub(&code, function.name);
		if (code.length > function.size)
			return "a function of the program's vDSO is too short to lead elsewhere";
		memcpy(to + function.offset, code.bytes, code.length);
	}
	return NULL;
}
