import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readConf } from '../../image/restore-conf.ts';
import type { ImageProcess } from '../engine.ts';

/** The place of the threads in the header of direct.img (native/engines/direct/format.h). */
const THREADS = 10;

/** Returns the one process that an image of this engine holds. */
export async function processesIn(image: string): Promise<ImageProcess[]> {
  const conf = await readConf(image);
  const file = await open(join(image, 'direct.img'));
  try {
    const { buffer } = await file.read(Buffer.alloc(THREADS + 2), 0, THREADS + 2, 0);
    const pid = Number(conf.value('program') ?? 0);
    return [{ pid, parent: 0, threads: buffer.readUInt16LE(THREADS) }];
  } finally {
    await file.close();
  }
}
