#include "engines/direct/vdso-bridge.h"
#include "engines/direct/vdso-code.h"
#include "engines/direct/vdso-symbols.h"

#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

/* What this kernel's vDSO lacks is done by the system call; a function that nobody knows says ENOSYS, as a vDSO may. */
static void add_stub(struct code *code, const char *name)
{
	static const struct {
		const char *name;
		uint32_t number;
	} calls[] = {
		{ "clock_gettime", SYS_clock_gettime }, { "clock_getres", SYS_clock_getres }, { "gettimeofday", SYS_gettimeofday },
#ifdef SYS_time
		{ "time", SYS_time },
#endif
		{ "getcpu", SYS_getcpu },
	};

	if (strcmp(name, "getrandom") == 0) {
		code_getrandom(code);
		return;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(name, calls[i].name) == 0) {
			code_call_of_kernel(code, calls[i].number);
			return;
		}
	code_refusal(code);
}

/* Where handlers of signals return to on arm64: frames hold its address. It is a system call, and good under any kernel. */
static bool does_by_itself(const char *name)
{
	return strcmp(name, "rt_sigreturn") == 0;
}

const char *vdso_bridge(const struct vdso_image *programs, unsigned char *to, const struct vdso_image *now, uint64_t address)
{
	struct vdso program, kernel;

	if (!vdso_read(&program, programs->content, programs->length))
		return "the program's vDSO cannot be read";
	if (!vdso_read(&kernel, now->content, now->length))
		return "this kernel's vDSO cannot be read";
	for (uint64_t i = 0; i < program.count; i++) {
		struct vdso_function function;
		struct code code;
		uint64_t offset;

		if (!vdso_function(&program, i, &function) || does_by_itself(function.name))
			continue;
		code_begin(&code);
		if (vdso_find(&kernel, function.name, &offset))
			code_jump(&code, address + offset);
		else
			add_stub(&code, function.name);
		if (code.length > function.size)
			return "a function of the program's vDSO is too short to lead elsewhere";
		memcpy(to + function.offset, code.bytes, code.length);
	}
	return NULL;
}
