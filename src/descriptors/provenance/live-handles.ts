/** A living object of the program that has a descriptor, by its number: sockets, servers, UDP sockets. */
export type LiveHandles = Map<number, object>;

const KEEP = Symbol.for('node-crac.live-handles');

interface Answer {
  result?: { objectId?: string };
  objects?: { objectId?: string };
}

/**
 * Asks the heap, by an inspector session of our own, for every living event emitter: it knows the idle sockets of
 * agents and pools, of which process._getActiveHandles() does not tell, and costs the program nothing while it runs.
 * It takes a full collection of the garbage, so it is asked only where somebody reads the answer.
 *
 * @returns empty where this node has no inspector
 */
export function liveHandles(): LiveHandles {
  const { EventEmitter } = require('node:events') as typeof import('node:events');
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  const keep = globalThis as unknown as Record<symbol, unknown>;
  const post = (method: string, parameters: object): Answer => {
    let answer: Answer = {};
    session.post(method, parameters, (_error, result) => {
      answer = (result ?? {}) as Answer;
    });
    return answer;
  };
  const found: LiveHandles = new Map();
  session.connect();
  try {
    keep[KEEP] = { prototype: EventEmitter.prototype, take: (all: object[]) => all.forEach(add) };
    const global = `globalThis[Symbol.for(${JSON.stringify(KEEP.description)})]`;
    const prototype = post('Runtime.evaluate', { expression: `${global}.prototype` }).result?.objectId;
    if (prototype === undefined) return found;
    const objects = post('Runtime.queryObjects', { prototypeObjectId: prototype }).objects?.objectId;
    post('Runtime.callFunctionOn', {
      objectId: objects,
      functionDeclaration: `function () { ${global}.take(this); }`,
    });
  } finally {
    delete keep[KEEP];
    session.disconnect();
  }
  return found;

  function add(object: object): void {
    const fd = descriptorOf(object);
    if (fd !== undefined && fd >= 0) found.set(fd, object);
  }
}

/** Of getters only Node's own is used: another would be the program's code. */
function descriptorOf(object: object): number | undefined {
  const { Socket } = require('node:net') as typeof import('node:net');
  const handle =
    object instanceof Socket
      ? (object as { _handle?: unknown })._handle
      : (ownValue(object, '_handle') ?? datagramHandle(object));
  const fd = typeof handle === 'object' && handle !== null ? (handle as { fd?: unknown }).fd : undefined;
  return typeof fd === 'number' ? fd : undefined;
}

const ownValue = (object: object, key: PropertyKey): unknown => {
  try {
    return Object.getOwnPropertyDescriptor(object, key)?.value;
  } catch {
    return undefined; // a proxy of the program's that refuses
  }
};

/** A UDP socket keeps its handle behind a symbol. */
function datagramHandle(object: object): unknown {
  if (object.constructor?.name !== 'Socket') return undefined;
  const key = Object.getOwnPropertySymbols(object).find(({ description }) => description === 'state symbol');
  const state = key && ownValue(object, key);
  return typeof state === 'object' && state !== null ? ownValue(state, 'handle') : undefined;
}
