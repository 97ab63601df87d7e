#include "base/advice.h"

#include <errno.h>
#include <stddef.h>

const char *advice_for(int error)
{
	switch (error) {
	case EPERM:
		return "a right is missing, or a seccomp profile denies it: `crac doctor` says which";
	case EACCES:
		return "this user may not: see owner and mode of it and of the directories above it (namei -l PATH)";
	case ENOENT:
		return "see whether it is there, as seen from here (a container has files of its own)";
	case EROFS:
		return "that file system is read-only: mount a tmpfs there (docker run --tmpfs PATH)";
	case ENOSPC:
		return "make room: `df -h` and `df -i` say where it is full";
	case EDQUOT:
		return "the quota of this user is used up: make room, or have it raised";
	case EMFILE:
		return "allow more descriptors: ulimit -n, LimitNOFILE= of a service, docker run --ulimit nofile=N";
	case ENFILE:
		return "the machine has no descriptors left: sysctl fs.file-nr shows it, fs.file-max is the limit";
	case ENOMEM:
		return "free memory, or allow more: free -m, docker run --memory, MemoryMax= of a service";
	case EAGAIN:
		return "allow more processes: ulimit -u, docker run --pids-limit, TasksMax= of a service";
	case ENOSYS:
		return "this kernel has no such call, or a seccomp profile hides it: `crac doctor` says which";
	}
	return NULL;
}
