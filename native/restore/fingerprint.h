#ifndef CRAC_RESTORE_FINGERPRINT_H
#define CRAC_RESTORE_FINGERPRINT_H

void fingerprint(const char *path, long long position, long long size, char text[12]);

#endif
