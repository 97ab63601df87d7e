import type { Socket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Resource } from '../coordination/resource.ts';
import { replace } from '../descriptors/provenance/replace.ts';

/** Settings for which the last call counts. */
const SETTINGS = [
  'setMulticastInterface',
  'setMulticastTTL',
  'setMulticastLoopback',
  'setBroadcast',
  'setTTL',
];
/** What joins a group, and what undoes it. */
const JOINS = new Map([
  ['addMembership', 'dropMembership'],
  ['addSourceSpecificMembership', 'dropSourceSpecificMembership'],
]);

type Method = (...words: unknown[]) => unknown;

interface Call {
  method: Method;
  name: string;
  words: unknown[];
}

/**
 * A restored UDP socket is bound as it was, but is a member of no multicast group and has none of the multicast settings:
 * the engine (CRIU 4.2) does not restore them. So the calls that made them are noted, and made again after a restore.
 */
export class Multicast {
  readonly #calls = new Map<WeakRef<Socket>, Call[]>();
  readonly #refs = new WeakMap<Socket, WeakRef<Socket>>();

  readonly resource: Resource & { name: string } = {
    name: 'multicast',
    afterRestore: () => {
      for (const [ref, calls] of this.#calls) {
        const socket = ref.deref();
        if (socket === undefined) this.#calls.delete(ref);
        else for (const call of calls) again(socket, call);
      }
    },
  };

  /** `dgram` is not loaded for it: Node tells of the first UDP socket. */
  constructor() {
    let prepared = false;
    subscribe('udp.socket', (message) => {
      if (prepared) return;
      prepared = true;
      const { socket } = message as { socket: Socket };
      this.#prepare(Object.getPrototypeOf(socket) as object);
    });
  }

  #prepare(prototype: object): void {
    const noted = (name: string, note: (calls: Call[], call: Call) => void) => {
      const callsOf = (socket: Socket) => this.#of(socket);
      replace(
        prototype,
        name,
        (method) =>
          function noted(this: unknown, ...words) {
            const result = Reflect.apply(method, this, words);
            note(callsOf(this as Socket), { method, name, words });
            return result;
          },
      );
    };
    for (const name of SETTINGS) {
      noted(name, (calls, call) => {
        remove(calls, (other) => other.name === name);
        calls.unshift(call); // the interface counts for the groups that are joined after it
      });
    }
    for (const [join, leave] of JOINS) {
      noted(join, (calls, call) => calls.push(call));
      noted(leave, (calls, { words }) =>
        remove(calls, (other) => other.name === join && String(other.words) === String(words)),
      );
    }
  }

  #of(socket: Socket): Call[] {
    const ref = this.#refs.get(socket) ?? new WeakRef(socket);
    this.#refs.set(socket, ref);
    const calls = this.#calls.get(ref) ?? [];
    this.#calls.set(ref, calls);
    return calls;
  }
}

function remove(calls: Call[], isMeant: (call: Call) => boolean): void {
  const index = calls.findIndex(isMeant);
  if (index >= 0) calls.splice(index, 1);
}

function again(socket: Socket, { method, words }: Call): void {
  try {
    Reflect.apply(method, socket, words);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // In a program that was left running it is a member still; or the program has closed the socket.
    if (code !== 'EADDRINUSE' && code !== 'EBADF' && code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error;
  }
}
