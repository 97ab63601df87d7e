import type { Socket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Resource } from '../coordination/resource.ts';
import { replace } from '../descriptors/provenance/replace.ts';

/** Settings of which the last call counts. */
const SETTINGS = [
  'setMulticastInterface',
  'setMulticastTTL',
  'setMulticastLoopback',
  'setBroadcast',
  'setTTL',
];
/** Calls that join a group → the calls that leave it. */
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
 * The calls that made a UDP socket a member of multicast groups and gave it its settings: they are made again after a
 * restore. A restored socket is bound as it was, but the engine (CRIU 4.2) restores neither.
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

  /** Waits for Node to announce the first UDP socket: `dgram` is not loaded for this. */
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
    // In a program that was left running the socket is still a member; or the program has closed it.
    if (code !== 'EADDRINUSE' && code !== 'EBADF' && code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error;
  }
}
