import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageProcess } from '../../engine.ts';
import { fieldsOf, messagesOf, numberField } from './wire.ts';

/** Reads the processes. An image without the file is one of which a restore would say more. */
export async function processesIn(image: string): Promise<ImageProcess[]> {
  return processesOf(await readFile(join(image, 'pstree.img')).catch(() => Buffer.alloc(8)));
}

// Numbers of images/pstree.proto.
const processesOf = (pstree: Buffer): ImageProcess[] =>
  messagesOf(pstree).map(({ bytes }) => {
    const fields = fieldsOf(bytes);
    return {
      pid: numberField(fields, 1) ?? 0,
      parent: numberField(fields, 2) ?? 0,
      threads: fields.filter(({ number }) => number === 5).length,
    };
  });
