#ifndef CRAC_ENGINES_CRIU_LOCK_WAIT_H
#define CRAC_ENGINES_CRIU_LOCK_WAIT_H

char *lock_waited_for(int init);

#endif
