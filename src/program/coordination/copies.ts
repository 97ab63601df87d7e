import { dispose, type Registration } from './resource.ts';
import { sharedRuntime } from './runtime.ts';
import { invalid } from './validate.ts';

/**
 * Calls `callback` in each process restored from an image, before anything else of the program: to give the copy an
 * identity of its own (a client id, a random prefix, a generator's state). Callbacks run in order of registration; one
 * registered in a Worker runs in that Worker.
 * @param callback synchronous: for what takes time there is `afterRestore`
 * @returns the registration, which can be taken back
 * @throws TypeError `ERR_CRAC_INVALID_RESOURCE`: not a function
 */
export function onCopy(callback: () => void): Registration {
  if (typeof callback !== 'function')
    throw invalid(`onCopy() takes a function, not ${callback === null ? 'null' : typeof callback}.`);
  const runtime = sharedRuntime();
  runtime.copyCallbacks ??= new Set();
  const { copyCallbacks } = runtime;
  const entry = { callback };
  copyCallbacks.add(entry);
  const unregister = () => {
    copyCallbacks.delete(entry);
  };
  return { name: callback.name || 'onCopy', unregister, [dispose]: unregister };
}

/**
 * Keeps random bytes the same in all copies of this process although they look like a pool: a secret that the program
 * keeps in memory. Without `crac run` it has no effect.
 * @returns `bytes`
 * @throws TypeError `ERR_CRAC_INVALID_RESOURCE`: no Buffer, typed array or ArrayBuffer
 */
export function keepRandom<Bytes extends ArrayBufferView | ArrayBufferLike>(bytes: Bytes): Bytes {
  if (!ArrayBuffer.isView(bytes) && !isMemory(bytes))
    throw invalid(`keepRandom() takes a Buffer, a typed array or an ArrayBuffer, not ${typeof bytes}.`);
  sharedRuntime().keepRandom?.(bytes);
  return bytes;
}

const isMemory = (value: unknown): boolean =>
  value instanceof ArrayBuffer ||
  (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer);
