#ifndef CRAC_SUPERVISOR_NAMESPACE_ERRORS_H
#define CRAC_SUPERVISOR_NAMESPACE_ERRORS_H

#include <stdbool.h>

_Noreturn void die_no_user_namespace(int error);
_Noreturn void die_no_pid_namespace(int error);
_Noreturn void die_no_mapping(int error, bool root);
_Noreturn void die_no_mount(const char *what, int error);

#endif
