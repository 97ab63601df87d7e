#ifndef CRAC_RESTORE_VERIFY_H
#define CRAC_RESTORE_VERIFY_H

#include "restore/image.h"
#include "restore/options.h"

/* Ends the restore of an image that is not as it was made. */
void image_verify(const struct restore_options *options, const struct image *image);

#endif
