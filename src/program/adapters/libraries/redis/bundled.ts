import type { AdapterApi } from '../../adapter.ts';
import { corkedBy } from '../shared/corked.ts';
import { BRIEFLY, finishCurrent, until } from '../shared/in-flight.ts';
import { live } from '../shared/live.ts';
import { isBlocking, Transaction } from '../shared/redis.ts';
import type { RedisSocket } from './socket.ts';

type Arguments = readonly (string | Buffer)[];

/** node-redis' client, as far as this file uses it; `_self` is the client behind one with other options. */
interface Client {
  readonly _self: Client;
  sendCommand(args: Arguments, options?: unknown): Promise<unknown>;
  _executeMulti(...words: unknown[]): Promise<unknown>;
  _executePipeline(...words: unknown[]): Promise<unknown>;
}

/** The commands that wait for the server on the connection of one client. */
class Work {
  readonly waiting = new Map<object, string>();
  readonly transaction = new Transaction();
  blocked = 0;
}

interface State {
  work: Work;
  isParked: boolean;
  isWaking: boolean;
}

const works = new WeakMap<Client, Work>();
const sockets = new Set<WeakRef<RedisSocket>>();
const states = new WeakMap<RedisSocket, State>();
/** The work of the client that is being made: a client makes its socket in its constructor. */
let latest = new Work();

/**
 * Adapts node-redis in a bundle. Its queue of commands cannot be reached there, so the client is asked instead; a
 * command that blocks for other clients (BLPOP and the like) cannot be sent again and holds up the checkpoint.
 */
export function adaptClient(prototype: Client, { doors }: AdapterApi): (client: Client) => void {
  const { sendCommand, _executeMulti, _executePipeline } = prototype;
  const noted = (client: Client, name: string, promise: Promise<unknown>): Promise<unknown> => {
    const work = works.get(client._self) ?? new Work();
    const piece = {};
    work.waiting.set(piece, name);
    const done = () => work.waiting.delete(piece);
    promise.then(done, done);
    return promise;
  };
  Object.assign(prototype, {
    sendCommand(this: Client, args: Arguments, options?: unknown) {
      const name = String(args[0]);
      const work = works.get(this._self);
      const blocks = isBlocking(name, args);
      const send = () => {
        const promise = sendCommand.call(this, args, options);
        work?.transaction.note(name);
        if (!work || !blocks) return noted(this, name, promise);
        work.blocked++;
        const done = () => work.blocked--;
        promise.then(done, done);
        return promise;
      };
      const door = blocks ? doors.wait : doors.ask;
      return door.isClosed && work?.transaction.open === undefined ? door.passed(send) : send();
    },
    _executeMulti(this: Client, ...words: unknown[]) {
      const work = works.get(this._self);
      const send = () => {
        work?.transaction.note('EXEC');
        return noted(this, 'MULTI', _executeMulti.apply(this, words));
      };
      return doors.ask.isClosed && work?.transaction.open === undefined ? doors.ask.passed(send) : send();
    },
    _executePipeline(this: Client, ...words: unknown[]) {
      const send = () => noted(this, 'a pipeline', _executePipeline.apply(this, words));
      return doors.ask.isClosed ? doors.ask.passed(send) : send();
    },
  });
  return (client) => {
    latest = new Work();
    works.set(client, latest);
  };
}

function work(): Map<object, string> {
  const pieces = new Map<object, string>();
  for (const socket of live(sockets)) {
    const { work: of, isParked } = states.get(socket) as State;
    if (isParked || !socket.isOpen) continue;
    if (!socket.isReady) pieces.set(socket, 'redis connects to its server');
    if (of.transaction.open) pieces.set(of.transaction.open, 'redis has a WATCH or MULTI open');
    if (of.blocked > 0)
      pieces.set(of, 'redis waits for other clients (its adapter cannot let go of that in a bundle)');
    for (const [piece, command] of of.waiting)
      pieces.set(piece, `redis waits for the server to answer ${command.toUpperCase()}`);
  }
  return pieces;
}

function transactions(): Map<object, string> {
  const found = new Map<object, string>();
  for (const socket of live(sockets)) {
    const { work: of, isParked } = states.get(socket) as State;
    if (of.transaction.open && !isParked) found.set(of.transaction.open, 'redis has a WATCH or MULTI open');
  }
  return found;
}

export function adaptSocket(prototype: RedisSocket, api: AdapterApi): (socket: RedisSocket) => void {
  const { close, destroy, emit, connect, destroySocket } = prototype;
  const { get: isOpen } = Object.getOwnPropertyDescriptor(prototype, 'isOpen') as { get: () => boolean };
  // The client must not see that it has no connection: its commands wait, as while it connects again.
  Object.defineProperty(prototype, 'isOpen', {
    configurable: true,
    get(this: RedisSocket) {
      return states.get(this)?.isParked === true || Reflect.apply(isOpen, this, []);
    },
  });
  const parked = (socket: RedisSocket): boolean => states.get(socket)?.isParked === true;
  const forget = (socket: RedisSocket) => Object.assign(states.get(socket) as State, { isParked: false });
  Object.assign(prototype, {
    close(this: RedisSocket) {
      if (parked(this)) forget(this);
      else close.call(this);
    },
    destroy(this: RedisSocket) {
      if (parked(this)) forget(this);
      else destroy.call(this);
    },
    emit(this: RedisSocket, event: string, ...words: unknown[]) {
      if (parked(this) && event === 'end') return false;
      if (states.get(this)?.isWaking !== true || event !== 'error') return emit.call(this, event, ...words);
      try {
        return emit.call(this, event, ...words);
      } catch (error) {
        // Nobody listens for the client's errors; throwing would end the program, and node-redis' trying again.
        if (error !== words[0]) throw error;
        return true;
      }
    },
  });
  api.register({
    name: 'redis',
    beforeCheckpoint: () => finishCurrent(work, api.doors.limit),
    openWork: transactions,
    async beforeFreeze() {
      await until(() => work().size === 0, BRIEFLY);
    },
    inFlight: () => [...work().values()][0],
    sockets: () => live(sockets).map((socket) => corkedBy(() => socket.write([]))),
    letGo() {
      for (const socket of live(sockets)) {
        if (parked(socket) || !socket.isOpen || !socket.isReady) continue;
        close.call(socket);
        Object.assign(states.get(socket) as State, { isParked: true });
        destroySocket.call(socket);
      }
    },
    afterRestore() {
      for (const socket of live(sockets)) {
        if (!parked(socket)) continue;
        const state = states.get(socket) as State;
        Object.assign(state, { isParked: false, isWaking: true });
        connect
          .call(socket)
          .catch(() => {}) // has been emitted: its own strategy has given up
          .finally(() => Object.assign(state, { isWaking: false }));
      }
    },
  });
  return (socket) => {
    sockets.add(new WeakRef(socket));
    states.set(socket, { work: latest, isParked: false, isWaking: false });
  };
}
