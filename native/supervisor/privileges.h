#ifndef CRAC_SUPERVISOR_PRIVILEGES_H
#define CRAC_SUPERVISOR_PRIVILEGES_H

#include "supervisor/namespaces.h"

enum namespace_mode namespace_mode(void);
void keep_engine_capabilities(void);
bool has_setfcap(void);

#endif
