#ifndef CRAC_SUPERVISOR_MESSAGES_H
#define CRAC_SUPERVISOR_MESSAGES_H

/* Messages between the parent and init, over a SOCK_SEQPACKET pair. */
enum message_kind { MESSAGE_READY, MESSAGE_STARTED, MESSAGE_ENDED, MESSAGE_FAILED, MESSAGE_SIGNAL, MESSAGE_WAKE };
struct message {
	int kind;
	int value;
};

#endif
