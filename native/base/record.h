#ifndef CRAC_BASE_RECORD_H
#define CRAC_BASE_RECORD_H

/* The directory that tells `crac ps` and `crac checkpoint` about a running program, and the one that holds them all
 * (docs/formats.md). */
const char *runtime_directory(void);
char *record_create(const char *image);
void record_adopt(const char *record);
void record_forget(void);
void records_forget_ended(void);
double pid_namespace(void);
void record_disown(void);

#endif
