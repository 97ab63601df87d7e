/* The room `addon`, loaded by each Node process of the program, in any of its threads: only what JavaScript cannot do;
 * each file one job. */
#ifndef CRAC_ADDON_H
#define CRAC_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>

#include <stdbool.h>
#include <stdint.h>

/* napi.c: arguments and errors */
napi_value fail(napi_env env, const char *syscall_name);
bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
int32_t int_of(napi_env env, napi_value value);
char *text_of(napi_env env, napi_value value);
napi_value number(napi_env env, double value);
napi_value undefined(napi_env env);

/* descriptors.c */
napi_value memory_file(napi_env env, napi_callback_info info);
napi_value duplicate(napi_env env, napi_callback_info info);
napi_value seek(napi_env env, napi_callback_info info);
napi_value listens(napi_env env, napi_callback_info info);
napi_value epoll_control(napi_env env, napi_callback_info info);

/* lock.c */
napi_value take_lock(napi_env env, napi_callback_info info);

/* unix-peers.c */
napi_value unix_peers(napi_env env, napi_callback_info info);

/* opened-by.c */
napi_value opened_by(napi_env env, napi_callback_info info);

/* pass-fds.c */
napi_value park(napi_env env, napi_callback_info info);
napi_value unpark(napi_env env, napi_callback_info info);

/* wait.c */
napi_value wait_for_message(napi_env env, napi_callback_info info);
napi_value wait_until_released(napi_env env, napi_callback_info info);

/* memory.c */
/* children.c: compares the children that this thread's loop waits for with these PIDs, each with a comma behind it, up to a
 * semicolon; moves behind that. Returns why they are not the same, or NULL. */
/* Looks symbols up: a copy would read tables for it that it has not touched yet. */
void children_prepare(void);
const char *children_differ(void *loop, const char **pids);
napi_value take_children(napi_env env, napi_callback_info info);
napi_value generation_page(napi_env env, napi_callback_info info);
const char *own_record(void);
/* memory.c: where this process has mapped the page of native/generation.h from. */
const char *generation_path(void);
void generation_becomes_own(void);

napi_value is_alone(napi_env env, napi_callback_info info);
napi_value set_gate(napi_env env, napi_callback_info info);
napi_value draws(napi_env env, napi_callback_info info);
napi_value is_main_thread(napi_env env, napi_callback_info info);
napi_value carries(napi_env env, napi_callback_info info);
napi_value before_copy(napi_env env, napi_callback_info info);
napi_value reseed(napi_env env, napi_callback_info info);
napi_value trim(napi_env env, napi_callback_info info);

/* written-pages.c */
napi_value note_written_pages(napi_env env, napi_callback_info info);
napi_value written_pages(napi_env env, napi_callback_info info);

/* idle-time.c */
napi_value count_as_idle(napi_env env, napi_callback_info info);

/* environment.c */
napi_value note_environment(napi_env env, napi_callback_info info);

/* kernel-settings.c */
napi_value note_settings(napi_env env, napi_callback_info info);
napi_value put_back_settings(napi_env env, napi_callback_info info);

/* file-mark.c */
napi_value file_mark(napi_env env, napi_callback_info info);

/* time-zone.c */
napi_value forget_time_zone(napi_env env, napi_callback_info info);

/* apart.c */
napi_value start_apart(napi_env env, napi_callback_info info);

/* direct.c */
napi_value direct_stand(napi_env env, napi_callback_info info);

/* direct-ahead.c */
napi_value direct_read_ahead(napi_env env, napi_callback_info info);
napi_value direct_is_ahead(napi_env env, napi_callback_info info);

/* reap.c */
napi_value reap(napi_env env, napi_callback_info info);

/* replace.c */
char **strings_of(napi_env env, napi_value array);
napi_value replace_process(napi_env env, napi_callback_info info);

#endif
