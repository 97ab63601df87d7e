#define _GNU_SOURCE
#include "addon/addon.h"

#include <dirent.h>
#include <unistd.h>

/* Where no parent of ours is left that would (engine `direct`), the program removes its record when it ends. One that ends
 * by a signal cannot: the next `crac` does it. */
__attribute__((destructor)) static void forget_record(void)
{
	const char *path = own_record();
	DIR *directory = path ? opendir(path) : NULL;
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(path);
}
