import type { Adapter, AdapterApi } from '../adapter.ts';

const HOOK = Symbol.for('node-crac.toobusy-js');

/**
 * Starts the watch anew: it takes for a lag what the wall clock has gone on between two ticks, here all the time since
 * the checkpoint.
 */
function start(api: AdapterApi): void {
  const forgets = new Set<() => void>();
  (globalThis as Record<symbol, unknown>)[HOOK] = (forget: () => void) => forgets.add(forget);
  api.register({
    name: 'toobusy-js',
    afterRestore() {
      for (const forget of forgets) forget();
    },
  });
}

export const adapters: Adapter[] = [
  {
    package: 'toobusy-js',
    versions: [['0.5', '0.6']],
    without:
      'it takes the time since the checkpoint for a lag and answers 503 for a while. Call toobusy.interval(toobusy.interval()) in afterRestore',
    files: {
      'toobusy.js': {
        append: `\n;globalThis[Symbol.for('${HOOK.description}')]?.(() => { lastTime = Date.now(); currentLag = 0; });`,
      },
    },
    start,
  },
];
