import type { Addon } from './addon.ts';

/**
 * Garbage would be written into the image and read back at each restore. The inspector's collection frees most; it is
 * a task of the event loop, and only when it is done is there memory to give back.
 */
export async function collectGarbage(addon: Addon): Promise<void> {
  try {
    await collect();
  } catch (error) {
    // A node built without the inspector has no such command; the image is larger then, and as good.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INSPECTOR_NOT_AVAILABLE') throw error;
  }
  addon.trim();
}

async function collect(): Promise<void> {
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
