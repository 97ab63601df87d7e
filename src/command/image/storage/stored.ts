import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../base/command-error.ts';

import { isFileName } from '../trust.ts';

export const STORED_FILE = 'compressed.json';
export const SUFFIX = '.zst';

/** The content of `compressed.json` of an image that is compressed for storage. */
export interface Stored {
  format: 1;
  method: 'zstd';
  files: StoredFile[];
}

export interface StoredFile {
  name: string;
  /** The bytes of the file as the engine needs it. */
  size: number;
  /** The SHA-256 of these bytes, in hexadecimal. */
  sha256: string;
}

/** @returns undefined for an image that is not compressed */
export async function readStored(image: string): Promise<Stored | undefined> {
  let text: string;
  try {
    text = await readFile(join(image, STORED_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandError(`${image}: ${(error as Error).message}`, EXIT.image, { cause: error });
  }
  let stored: Partial<Stored>;
  try {
    stored = JSON.parse(text) as Partial<Stored>;
  } catch (cause) {
    throw new CommandError(
      `${join(image, STORED_FILE)} is damaged: ${(cause as Error).message}; copy the image anew`,
      EXIT.image,
      { cause },
    );
  }
  if (stored.format === 1 && stored.method === 'zstd' && Array.isArray(stored.files)) {
    const wrong = stored.files.find(({ name, size }) => !isFileName(name) || !Number.isSafeInteger(size));
    if (!wrong) return stored as Stored;
    throw new CommandError(
      `${join(image, STORED_FILE)} is damaged: ${JSON.stringify(wrong.name)} is not a file of an image with its size; copy the image anew`,
      EXIT.image,
    );
  }
  throw new CommandError(
    `${image} was compressed by another version of node-crac; decompress it with that version`,
    EXIT.image,
  );
}

/**
 * The line by which the restorer refuses an image and says the command that decompresses it (native/restore/conf.c).
 */
export const COMPRESSED = ['compressed', 'zstd'] as const;
