import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readConf } from '../../image/restore-conf.ts';
import type { ImageProcess } from '../engine.ts';

/** The place of the threads in the header of direct.img (native/engines/direct/format.h). */
const THREADS = 10;

/** Returns the processes that an image of this engine holds: the program, and its children. */
export async function processesIn(image: string): Promise<ImageProcess[]> {
  const conf = await readConf(image);
  const members = conf.values('member').map((line) => line.split(' ').map(Number));
  const pids = [Number(conf.value('program') ?? 0), ...members.map(([, , pid = 0]) => pid)];
  return Promise.all(
    pids.map(async (pid, number) => ({
      pid,
      parent: number === 0 ? 0 : (pids[members[number - 1]?.[1] ?? 0] ?? 0),
      threads: await threadsIn(join(image, number === 0 ? 'direct.img' : `direct-${number}.img`)),
    })),
  );
}

async function threadsIn(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(THREADS + 2), 0, THREADS + 2, 0);
    return buffer.readUInt16LE(THREADS);
  } finally {
    await file.close();
  }
}
