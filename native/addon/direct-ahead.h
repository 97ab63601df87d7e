#ifndef CRAC_ADDON_DIRECT_AHEAD_H
#define CRAC_ADDON_DIRECT_AHEAD_H

/* Waits for the thread that reads ahead, where there is one: it must not be there when the program is written. */
void ahead_end(void);

#endif
