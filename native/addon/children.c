#define _GNU_SOURCE
#include "addon/addon.h"
#include "direct-calls.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Children of a copy that were in its image (engine `direct`): libuv knows each by the PID that it had. */

#define UV_PROCESS 10 /* uv_handle_type */

/* The beginning of uv_process_t, which is the same in all of libuv 1 on Unix. */
struct process_handle {
	void *data, *loop;
	int type;
	void *close, *queue[2], *reserved[4], *next_closing;
	unsigned flags;
	void *exit;
	int pid;
};

static struct {
	bool sought;
	int (*type)(const void *), (*pid)(const void *), (*is_active)(const void *);
	void (*walk)(void *, void (*)(void *, void *), void *);
	direct_children *children;
} uv;

static bool find(void)
{
	if (!uv.sought) {
		uv.type = (int (*)(const void *))dlsym(RTLD_DEFAULT, "uv_handle_get_type");
		uv.pid = (int (*)(const void *))dlsym(RTLD_DEFAULT, "uv_process_get_pid");
		uv.is_active = (int (*)(const void *))dlsym(RTLD_DEFAULT, "uv_is_active");
		uv.walk = (void (*)(void *, void (*)(void *, void *), void *))dlsym(RTLD_DEFAULT, "uv_walk");
		uv.children = (direct_children *)dlsym(RTLD_DEFAULT, "crac_direct_children");
		uv.sought = true;
	}
	return uv.type && uv.pid && uv.is_active && uv.walk;
}

void children_prepare(void)
{
	find();
}

struct walk {
	napi_env env;
	napi_value result;
	uint32_t count;
	const struct child_pid *children;
	int child_count;
};

#define COMPARED_MAX 4096

struct compared {
	int pids[COMPARED_MAX], count;
	bool found[COMPARED_MAX];
	const char *wrong;
};

static void compare(void *handle, void *data)
{
	struct compared *compared = data;
	int pid;

	if (uv.type(handle) != UV_PROCESS || !uv.is_active(handle))
		return;
	pid = uv.pid(handle);
	if (((struct process_handle *)handle)->pid != pid)
		compared->wrong = "this node keeps its children in another way than node-crac knows";
	for (int i = 0; i < compared->count; i++)
		if (compared->pids[i] == pid) {
			compared->found[i] = true;
			return;
		}
	if (!compared->wrong)
		compared->wrong = "a child of the program has just ended, and the program has not heard of that yet: try again";
}

const char *children_differ(void *loop, const char **pids)
{
	static struct compared compared;
	static char text[128];

	memset(&compared, 0, sizeof(compared));
	if (!find() || !loop)
		return "this node does not tell its children";
	for (char *end; **pids && **pids != ';' && compared.count < COMPARED_MAX; *pids = *end ? end + 1 : end)
		compared.pids[compared.count++] = (int)strtol(*pids, &end, 10);
	*pids += **pids == ';';
	uv.walk(loop, compare, &compared);
	for (int i = 0; i < compared.count && !compared.wrong; i++)
		if (!compared.found[i]) {
			snprintf(text, sizeof(text), "process %d, a child of the program, was started by a Worker or by native code", compared.pids[i]);
			compared.wrong = text;
		}
	return compared.wrong;
}

static void renumber(void *handle, void *data)
{
	const struct walk *walk = data;

	if (uv.type(handle) != UV_PROCESS || !uv.is_active(handle))
		return;
	for (int i = 0; i < walk->child_count; i++)
		if (walk->children[i].was == uv.pid(handle)) {
			((struct process_handle *)handle)->pid = walk->children[i].now;
			return;
		}
}

/* takeChildren(): in a copy, tells libuv the numbers that the children have now. Returns old and new, old and new, … */
napi_value take_children(napi_env env, napi_callback_info info)
{
	struct walk walk = { .env = env };
	struct uv_loop_s *loop = NULL;

	(void)info;
	if (napi_create_array(env, &walk.result) != napi_ok || !find() || !uv.children)
		return walk.result;
	walk.child_count = uv.children(&walk.children);
	if (walk.child_count > 0 && napi_get_uv_event_loop(env, &loop) == napi_ok)
		uv.walk(loop, renumber, &walk);
	for (int i = 0; i < walk.child_count; i++) {
		napi_set_element(env, walk.result, walk.count++, number(env, walk.children[i].was));
		napi_set_element(env, walk.result, walk.count++, number(env, walk.children[i].now));
	}
	return walk.result;
}
