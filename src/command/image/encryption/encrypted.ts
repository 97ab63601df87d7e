import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NATIVE_ENGINE } from '../../../shared/protocol/engines.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { checkDestination } from '../directory.ts';
import { inspectImage } from '../inspect.ts';
import { makePartial } from '../partial.ts';
import { publish } from '../publish.ts';
import { formatStoredConf, writeConf } from '../restore-conf.ts';
import { sizeOf } from '../storage/compress.ts';
import { DamagedError, opened, PREFIX, sealed } from './chunks.ts';
import { packed, unpack } from './container.ts';
import { keyFrom, readSecret, type SecretSource } from './key.ts';

/**
 * The name of the encrypted file: 8 bytes `CRACENC1`, a salt of 32 bytes, a nonce prefix of 7, and chunks of
 * AES-256-GCM (chunks.ts) over the container (container.ts). docs/checkpoint.md describes it for other programs.
 */
export const ENCRYPTED_FILE = 'image.enc';
const MAGIC = Buffer.from('CRACENC1');
const SALT = 32;
const HEADER = MAGIC.length + SALT + PREFIX;

/** The line by which the restorer refuses an image and says the command that decrypts it (native/restore/conf.c). */
const ENCRYPTED = ['encrypted', 'aes-256-gcm'] as const;

export interface Done {
  image: string;
  /** The bytes of all files, before and after. */
  before: number;
  after: number;
}

const readable = (bytes: AsyncIterable<Buffer>) => Readable.from(bytes);

/**
 * Puts an image into one encrypted file, in its place or in another directory.
 *
 * @throws CommandError where there is no image or no key; the image is then left as it is
 */
export async function encryptImage(
  image: string,
  to: string,
  from: SecretSource,
  signal?: AbortSignal,
): Promise<Done> {
  await inspectImage(image);
  if (to !== image) await checkDestination(to);
  const secret = await readSecret(from);
  const header = Buffer.concat([MAGIC, randomBytes(SALT), randomBytes(PREFIX)]);
  const before = await sizeOf(image);
  const partial = await makePartial(to);
  try {
    const path = join(partial, ENCRYPTED_FILE);
    await writeFile(path, header, { mode: 0o600 });
    const bytes = sealed(packed(image), { ...keyed(secret, header) });
    await pipeline(readable(bytes), createWriteStream(path, { flags: 'a' }), { signal });
    await opensAgain(path, secret);
    await writeConf(partial, formatStoredConf(NATIVE_ENGINE, ENCRYPTED));
    signal?.throwIfAborted();
    await publish(partial, to);
    return { image: to, before, after: await sizeOf(to) };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Makes the image again that was encrypted, in its place or in another directory. */
export async function decryptImage(
  image: string,
  to: string,
  from: SecretSource,
  signal?: AbortSignal,
): Promise<Done> {
  const path = join(image, ENCRYPTED_FILE);
  if (!(await isEncrypted(image)))
    throw new CommandError(
      `${image} is not encrypted: it has no ${ENCRYPTED_FILE}; use it as it is`,
      EXIT.image,
    );
  if (to !== image) await checkDestination(to);
  const secret = await readSecret(from);
  const before = await sizeOf(image);
  const partial = await makePartial(to);
  try {
    await told(path, async () => unpack(await plainOf(path, secret), partial));
    signal?.throwIfAborted();
    await publish(partial, to);
    return { image: to, before, after: await sizeOf(to) };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

export const isEncrypted = (image: string): Promise<boolean> =>
  open(join(image, ENCRYPTED_FILE), 'r').then(
    async (file) => {
      await file.close();
      return true;
    },
    () => false,
  );

const keyed = (secret: Buffer, header: Buffer) => ({
  key: keyFrom(secret, header.subarray(MAGIC.length, MAGIC.length + SALT)),
  prefix: header.subarray(MAGIC.length + SALT),
  header,
});

async function plainOf(path: string, secret: Buffer): Promise<AsyncIterable<Buffer>> {
  const file = await open(path, 'r');
  const header = Buffer.alloc(HEADER);
  const { bytesRead } = await file.read(header, 0, HEADER, 0).finally(() => file.close());
  if (bytesRead < HEADER || !header.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DamagedError('it does not begin as an encrypted image does');
  return opened(createReadStream(path, { start: HEADER, highWaterMark: 1 << 20 }), keyed(secret, header));
}

/** Checks that the encrypted image can be opened again, before the image that was there is given up. */
async function opensAgain(path: string, secret: Buffer): Promise<void> {
  await told(path, async () => {
    for await (const _ of await plainOf(path, secret));
  });
}

/** @throws CommandError in the place of a DamagedError */
async function told(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    throw new CommandError(
      `cannot decrypt ${path}: ${error.message}. Name the key that it was encrypted with, or copy the file anew`,
      EXIT.image,
      { cause: error },
    );
  }
}
