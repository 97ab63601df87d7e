#ifndef CRAC_RESTORE_IMAGE_H
#define CRAC_RESTORE_IMAGE_H

#include <stdbool.h>
#include <sys/stat.h>

/* An image's directory, opened once. */
struct image {
	const char *word; /* as it was named */
	const char *path;
	int fd;
	struct stat opened;
};

struct image image_open(const char *word);
char *image_path(const struct image *image, const char *name);
char *image_path_for_others(const struct image *image);
bool image_touched(const struct image *image);
void image_leave(const struct image *image, char **back);
void image_enter(const struct image *image, char *back);
_Noreturn void die_not_yours(const char *path, const char *name, int error);

#endif
