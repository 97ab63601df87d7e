#ifndef CRAC_RESTORE_USER_H
#define CRAC_RESTORE_USER_H

#include "restore/restore.h"

void namespaces_of_image(struct restore *restore);

#endif
