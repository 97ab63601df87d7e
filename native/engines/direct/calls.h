/* Between the addon and direct.so, which it finds by dlsym. */
#ifndef CRAC_DIRECT_CALLS_H
#define CRAC_DIRECT_CALLS_H

#define SLOTS_MAX 64
#define EXCLUDED_MAX 8

/* A descriptor that goes where a standard stream goes. */
struct slot {
	int fd, stream;
};

struct excluded {
	int fds[EXCLUDED_MAX]; /* not the program's */
	int count;
	struct slot slots[SLOTS_MAX];
	int slot_count;
};

enum direct_outcome {
	DIRECT_FAILED,   /* crac_direct_problem() says why; the program goes on */
	DIRECT_WRITTEN,  /* all threads stand still, until crac_direct_release() */
	DIRECT_RESTORED, /* a copy; crac_direct_payload() is a descriptor of what was handed over */
};

/* directory: of the new image; mark: the path of the page of native/generation.h. */
enum direct_outcome crac_direct_dump(const char *directory, const char *mark, const struct excluded *excluded);
void crac_direct_release(void);
const char *crac_direct_problem(void);
int crac_direct_payload(void);
const struct handover *crac_direct_handover(void);
void crac_direct_wake_waiters(void);

#endif
