import { isBuiltinLoaded } from './loaded.ts';

interface PendingTimeout {
  _onTimeout: unknown;
}

/**
 * Node keeps the text of the `Date` header, for HTTP/1 and HTTP/2 alike, until a timer ends the second; the timer would
 * have its remaining time to run after a restore. Just before the dump that timer's function is called: the text is
 * made anew for the first response of each copy. The inspector finds the timer, which no module gives out
 * (lib/internal/http.js).
 */
export function forgetHttpDate(): void {
  if (!isBuiltinLoaded('internal/http')) return;
  for (const { _onTimeout } of timeouts())
    if (typeof _onTimeout === 'function' && RESET.test(String(_onTimeout))) _onTimeout();
}

/** A program's own timer that looks like this is not reached by chance. */
const RESET = /^function resetCache\(\) \{\s*utcCache = undefined;\s*\}$/;

/** Without the inspector there are none: the header may then lag by up to a second of the program's time. */
function timeouts(): PendingTimeout[] {
  try {
    return pendingTimeouts();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_INSPECTOR_NOT_AVAILABLE') return [];
    throw error;
  }
}

function pendingTimeouts(): PendingTimeout[] {
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  const sample = setTimeout(() => {}, 1);
  clearTimeout(sample);
  const key = Symbol.for('node-crac.timeouts');
  const shared = globalThis as unknown as Record<symbol, unknown>;
  shared[key] = { prototype: Object.getPrototypeOf(sample), found: [] };
  const expression = "globalThis[Symbol.for('node-crac.timeouts')]";
  try {
    session.connect();
    let prototypeId: string | undefined;
    session.post(
      'Runtime.evaluate',
      { expression: `${expression}.prototype`, objectGroup: 'node-crac' },
      (_error, answer) => {
        prototypeId = answer?.result.objectId;
      },
    );
    if (prototypeId === undefined) return [];
    session.post(
      'Runtime.queryObjects',
      { prototypeObjectId: prototypeId, objectGroup: 'node-crac' },
      (_error, answer) => {
        // Missing in the types of @types/node.
        const { objects } = answer as { objects?: { objectId?: string } };
        if (objects?.objectId === undefined) return;
        session.post('Runtime.callFunctionOn', {
          objectId: objects.objectId,
          functionDeclaration: `function () { ${expression}.found = this; }`,
        });
      },
    );
    session.post('Runtime.releaseObjectGroup', { objectGroup: 'node-crac' });
    return [...(shared[key] as { found: PendingTimeout[] }).found];
  } finally {
    session.disconnect();
    delete shared[key];
  }
}
