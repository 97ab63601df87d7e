import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Summed, sumOf } from '../storage/sparse.ts';

export interface SummedFile extends Summed {
  name: string;
}

/** Files without a sum: the manifest holds the sums, and the signature is over the manifest. */
export const UNSUMMED: readonly string[] = ['manifest.json', 'manifest.sig'];

const CHUNK = { highWaterMark: 1 << 20 };

/** Computes the sums of all files of a directory but those that hold the sums, by name. */
export async function sumsOf(directory: string): Promise<SummedFile[]> {
  const names = (await readdir(directory)).filter((name) => !UNSUMMED.includes(name)).sort();
  const sums: SummedFile[] = [];
  for (const name of names)
    sums.push({ name, ...(await sumOf(createReadStream(join(directory, name), CHUNK))) });
  return sums;
}
