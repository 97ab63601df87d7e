#ifndef CRAC_SUPERVISOR_STREAMS_H
#define CRAC_SUPERVISOR_STREAMS_H

/* Handle standard input, output and error of the program and of the caller. */
void streams_reopen_inside(void);
void streams_before_program(void);
void stream_nonblocking(int fd);
void streams_after_program(void);

#endif
