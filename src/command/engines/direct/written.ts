import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { Connection } from '../../checkpoint/connection.ts';
import { addFile } from '../../image/add-file.ts';
import { readConf } from '../../image/restore-conf.ts';

/** The file and its first bytes, as in native/page-hints.h. */
const FILE = 'crac-written.img';
const HEADER = 128;
const OF_IMAGE = 'node-crac written pages 1';
/** The last byte of the header: the copy had served somebody. */
const SERVED = 127;

/** The time in seconds in which a copy that answers opens its control socket, and in milliseconds for its answer. */
const OPENS_WITHIN = 2;
const LIMIT = 2000;

/**
 * Asks a copy which pages it has written, and notes them in its image: a restore has them copied at once, where each would
 * be copied by a fault of its own.
 */
export async function noteWritten(image: string, copy: ProgramRecord): Promise<void> {
  if ((await readConf(image)).values('member').length > 0) return; // each process has written other pages
  const pages = await ask(copy);
  if (pages.length === 0) return;
  const header = Buffer.alloc(HEADER);
  header.write(OF_IMAGE);
  header[HEADER - 1] = SERVED;
  const runs = new BigUint64Array(pages.map(BigInt));
  await addFile(image, FILE, Buffer.concat([header, new Uint8Array(runs.buffer)]));
}

/** @returns address and length of each run of pages; none from a copy that has no time for this */
async function ask(copy: ProgramRecord): Promise<number[]> {
  const connection = await Connection.open(copy, OPENS_WITHIN).catch(() => undefined);
  if (!connection) return [];
  try {
    connection.send({ op: 'written' });
    const answer = await connection.next(LIMIT);
    return answer !== 'late' && answer?.event === 'written' ? answer.pages : [];
  } finally {
    connection.close();
  }
}
