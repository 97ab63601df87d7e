#ifndef CRAC_RESTORE_TRUST_H
#define CRAC_RESTORE_TRUST_H

#include "restore/conf.h"
#include "restore/image.h"

/* Decide whose image may say what is executed here. */
void trust_image_of(const char *user);
void image_trust(const struct image *image);
void program_trust(const struct conf *conf, const char *key, const char *path);

#endif
