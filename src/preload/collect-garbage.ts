import type { Addon } from './addon.ts';

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Garbage would be written into the image and read back at each restore. Collected twice: what is let go of by the first
 * collection's finalizers goes with the second.
 */
export async function collectGarbage(addon: Addon): Promise<void> {
  const collect = Number.parseInt(process.versions.node, 10) < 22 ? byInspector : byContext;
  await collect();
  addon.trim();
}

/**
 * Within a context of the program: native addons that let go of a collected object ask Node for the environment that
 * is entered (node_object_wrap.h from Node 24 on), and the inspector's collection, which has entered none, would abort the
 * program.
 */
function byContext(): void {
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  const { runInNewContext } = require('node:vm') as typeof import('node:vm');
  // Only contexts that are made now have the function.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  for (let i = 0; i < 2; i++) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Node 20's function spares too much. This collection is a task of the event loop. */
async function byInspector(): Promise<void> {
  try {
    await postToInspector();
  } catch (error) {
    // A node built without the inspector has no such command; the image is larger then, and as good.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INSPECTOR_NOT_AVAILABLE') throw error;
  }
}

async function postToInspector(): Promise<void> {
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  session.connect();
  try {
    for (let i = 0; i < 2; i++) {
      await new Promise<void>((resolve) => session.post('HeapProfiler.collectGarbage', () => resolve()));
    }
  } finally {
    session.disconnect();
  }
}
