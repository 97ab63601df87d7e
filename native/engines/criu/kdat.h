#ifndef CRAC_ENGINES_CRIU_KDAT_H
#define CRAC_ENGINES_CRIU_KDAT_H

/* CRIU's cache of what this kernel can do. */
const char *kdat_find(const char *criu);
void kdat_show(const char *kdat);
void kdat_warm(const char *criu);

#endif
