#ifndef CRAC_DIRECT_CALLER_STREAMS_H
#define CRAC_DIRECT_CALLER_STREAMS_H

void caller_streams_note(void);
void caller_streams_give_back(void);

#endif
