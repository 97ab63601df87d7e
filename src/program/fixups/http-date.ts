import { isBuiltinLoaded } from './loaded.ts';

const { setTimeout, clearTimeout } = globalThis; // the program may have timers of its own

/** A timer as Node's lists link them (lib/internal/timers.js); the list itself stands in the ring, too. */
interface Linked {
  _idlePrev?: Linked | null;
  _onTimeout?: unknown;
}

/** The longest remaining time of the cache's timer in milliseconds: it ends with the second. */
const LONGEST = 1000;

/**
 * Forgets the text of the `Date` header, which Node keeps for HTTP/1 and HTTP/2 alike until a timer ends the second;
 * the timer would have its remaining time to run after a restore. Just before the dump that timer's function is called:
 * the text is made anew for the first response of each copy. No module gives the timer out (lib/internal/http.js), but
 * timers of one duration are linked with each other, so a timer of ours finds it. (The inspector would find it as well;
 * asking it for objects takes some 300 bytes of memory for each object of the heap.)
 */
export function forgetHttpDate(): void {
  if (!isBuiltinLoaded('internal/http')) return;
  reset ??= find();
  reset?.();
}

/** Once it has been found: a thousand timers take a millisecond. */
let reset: (() => void) | undefined;

function find(): (() => void) | undefined {
  let found: unknown;
  for (let duration = 1; duration <= LONGEST && !found; duration++) {
    const ours = setTimeout(() => {}, duration);
    found = neighbours(ours as Linked).find(
      (other) => typeof other === 'function' && RESET.test(String(other)),
    );
    clearTimeout(ours);
  }
  return found as (() => void) | undefined;
}

/** Matches Node's own function: a program's timer that looks like this is not reached by chance. */
const RESET = /^function resetCache\(\) \{\s*utcCache = undefined;\s*\}$/;

function neighbours(start: Linked): unknown[] {
  const found: unknown[] = [];
  for (let timer = start._idlePrev; timer && timer !== start; timer = timer._idlePrev)
    found.push(timer._onTimeout);
  return found;
}
