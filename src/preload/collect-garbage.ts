import type { Addon } from './addon.ts';

/** Garbage would be written into the image and read back at each restore. The inspector's collection frees most. */
export function collectGarbage(addon: Addon | undefined): void {
  try {
    const { Session } = require('node:inspector') as typeof import('node:inspector');
    const session = new Session();
    session.connect();
    for (let i = 0; i < 2; i++) session.post('HeapProfiler.collectGarbage');
    session.disconnect();
  } catch (error) {
    // A node built without the inspector has no such command; the image is larger then, and as good.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INSPECTOR_NOT_AVAILABLE') throw error;
  }
  addon?.trim();
}
