#ifndef CRAC_RESTORE_PORT_LOCKS_H
#define CRAC_RESTORE_PORT_LOCKS_H

void port_lock_add(int port);
void port_locks_take(void);
void port_locks_release(void);
int port_locks_fd(void); /* holds them until its last copy is closed; -1 where there are none */

#endif
