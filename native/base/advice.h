#ifndef CRAC_BASE_ADVICE_H
#define CRAC_BASE_ADVICE_H

/* Says what to do about an error of the system where nothing better is known; NULL where the number alone tells nothing. */
const char *advice_for(int error);

#endif
