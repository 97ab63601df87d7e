import { createPublicKey } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from '../manifest.ts';
import { fingerprintOf, readKey, SIGNATURE_FILE, signatureOf } from './signature.ts';
import { verifyImage } from './verify.ts';

export interface Signed {
  image: string;
  /** The fingerprint of the public key. */
  key: string;
}

/**
 * Signs the manifest of an image, and by it every file: what is signed is first compared with its checksums.
 *
 * @param privateKey path of an Ed25519 key in PEM
 */
export async function signImage(image: string, privateKey: string): Promise<Signed> {
  const key = await readKey(privateKey, 'private');
  await verifyImage(image);
  const signature = signatureOf(await readFile(join(image, MANIFEST)), key);
  const path = join(image, SIGNATURE_FILE);
  await writeFile(`${path}.new`, signature, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return { image, key: fingerprintOf(createPublicKey(key)) };
}
