import type { Gate } from './gate.ts';

/**
 * The method by which each of undici's dispatchers takes a request; false means: wait for 'drain' before giving more.
 */
export type Dispatch = (this: object, ...words: unknown[]) => boolean;

/** The mark on a copy of undici that is patched: two adapters may ask for it. */
const PATCHED = Symbol.for('node-crac.undici');

/**
 * Makes new requests wait at the gate.
 * @param prototype of all dispatchers of one copy of undici
 */
export function holdDispatch(prototype: { dispatch: Dispatch; [PATCHED]?: boolean }, gate: Gate): void {
  if (Object.hasOwn(prototype, PATCHED)) return;
  const { dispatch } = prototype;
  const held: Dispatch = function held(...words) {
    if (!gate.isClosed) return dispatch.apply(this, words);
    gate.pass(() => void dispatch.apply(this, words));
    return true;
  };
  Object.assign(prototype, { dispatch: held, [PATCHED]: true });
}
