import type { Abilities, Ends, Judged } from '../../descriptors/verdict.ts';
import { CRIU_ABILITIES } from '../criu/abilities.ts';

/** Anonymous inodes that native/engines/direct/inside/remake.c makes anew. */
const MADE_ANEW = new Map<string, string>(
  Object.entries({
    eventpoll: 'the engine makes the epoll set anew',
    eventfd: 'the engine makes the event counter anew',
    timerfd: 'the engine makes the timer anew, with the time it had left',
    signalfd: 'the engine makes the signal descriptor anew',
    inotify: 'the engine watches the same paths again; events in between are lost',
  }),
);

const engine = (reason: string): Judged => ({ owner: 'engine', reason });
const error = (reason: string): Judged => ({ owner: 'error', reason });

/** Refuses a descriptor, and says that the engine criu can carry it. */
const beyond = (what: string): Judged => error(`the engine direct cannot make ${what} anew; criu can`);

/**
 * The rules of what a program that writes itself can make anew: only state that the kernel gives without a privilege.
 */
export const DIRECT_ABILITIES: Abilities = {
  ...CRIU_ABILITIES,
  anon({ anon }) {
    const reason = MADE_ANEW.get(anon ?? '');
    return reason ? engine(reason) : beyond(`${anon}`);
  },
  socket(descriptor, ends: Ends) {
    const { socket } = descriptor;
    if (socket?.protocol === 'netlink' || socket?.protocol === 'raw')
      return beyond(`a ${socket.protocol} socket`);
    if (socket?.protocol === 'unix' && ends.isPeerGone())
      return engine('its other end was closed: what that one has sent is read, and then its end');
    return CRIU_ABILITIES.socket(descriptor, ends);
  },
};
