import { livingWith } from '../../randomness/living.ts';

/** The living objects of the program that have a descriptor, by its number: sockets, servers, UDP sockets. */
export type LiveHandles = Map<number, object>;

/**
 * Asks every living event emitter for its descriptor: also the idle sockets of agents and pools, of which
 * process._getActiveHandles() does not tell. It costs the program nothing while it runs.
 */
export function liveHandles(): LiveHandles {
  const { EventEmitter } = require('node:events') as typeof import('node:events');
  const found: LiveHandles = new Map();
  for (const object of livingWith(EventEmitter.prototype)) {
    const fd = descriptorOf(object);
    if (fd !== undefined && fd >= 0) found.set(fd, object);
  }
  return found;
}

/** Asks a handle for its descriptor by Node's own getter only: another would be the program's code. */
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

/** Finds the handle of a UDP socket, which stands behind a symbol. */
function datagramHandle(object: object): unknown {
  if (object.constructor?.name !== 'Socket') return undefined;
  const key = Object.getOwnPropertySymbols(object).find(({ description }) => description === 'state symbol');
  const state = key && ownValue(object, key);
  return typeof state === 'object' && state !== null ? ownValue(state, 'handle') : undefined;
}
