/*
 * Whether JavaScript may be called now. V8 itself maps and opens things, too (a preloaded library may open a file in
 * the middle of its garbage collection): to call a function then ends the process. V8's own sampling interface tells
 * its state at any moment; it is found by name, so that no C++ compiler and no headers of V8 are needed.
 */
#define _GNU_SOURCE
#include "trace/trace.h"

#include <dlfcn.h>
#include <stdint.h>

/* v8::RegisterState and v8::SampleInfo, the same in Node 20 to 26. */
struct registers {
	void *pc, *sp, *fp, *lr, *callee_saved;
};

struct sample {
	size_t frames;
	void *callback, *context, *embedder_context;
	uint16_t state;
	uint16_t reserved[7];
};

/* Values of v8::StateTag, which only grows at its end. */
enum { JAVASCRIPT = 0, EXTERNAL = 6, IDLE = 8, IDLE_EXTERNAL = 10 };

bool javascript_may_run(void)
{
	static void *(*current)(void);
	static void (*get_sample)(void *, const struct registers *, void **, size_t, struct sample *);
	struct registers registers = {.pc = (void *)&javascript_may_run};
	struct sample sample = {.state = UINT16_MAX};
	void *frame, *isolate;

	if (!get_sample) {
		current = (void *(*)(void))dlsym(RTLD_DEFAULT, "_ZN2v87Isolate13TryGetCurrentEv");
		get_sample = (void (*)(void *, const struct registers *, void **, size_t, struct sample *))dlsym(
			RTLD_DEFAULT, "_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE");
	}
	if (!current || !get_sample || !(isolate = current()))
		return false;
	registers.sp = registers.fp = __builtin_frame_address(0);
	get_sample(isolate, &registers, &frame, 1, &sample);
	switch (sample.state) {
	case JAVASCRIPT:
	case EXTERNAL:
	case IDLE:
	case IDLE_EXTERNAL:
		return true;
	default:
		return false;
	}
}
