#ifndef CRAC_RESTORE_USERS_H
#define CRAC_RESTORE_USERS_H

#include <stdbool.h>
#include <sys/types.h>

long long user_number(const char *name);
bool is_private_group(gid_t group, uid_t user);

#endif
