import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../base/command-error.ts';

export const SIGNATURE_FILE = 'manifest.sig';

/** The content of `manifest.sig`, as JSON. */
interface Signature {
  format: 1;
  algorithm: 'ed25519';
  /** The SHA-256 of the public key (DER, SubjectPublicKeyInfo), in hexadecimal: says which key to look for. */
  key: string;
  /** The signature in base64. */
  signature: string;
}

/** The prefix of what is signed: nothing else that the key signs can be taken for a manifest. */
const DOMAIN = 'node-crac image manifest 1\n';

const signedBytes = (manifest: Buffer): Buffer => Buffer.concat([Buffer.from(DOMAIN), manifest]);

/** Names a public key, for people and for the file. */
export const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

export const signatureOf = (manifest: Buffer, key: KeyObject): string => {
  const signature: Signature = {
    format: 1,
    algorithm: 'ed25519',
    key: fingerprintOf(createPublicKey(key)),
    signature: sign(null, signedBytes(manifest), key).toString('base64'),
  };
  return `${JSON.stringify(signature, undefined, 2)}\n`;
};

/** @throws CommandError unless the image's manifest was signed by this key */
export async function checkSignature(image: string, manifest: Buffer, key: KeyObject): Promise<string> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandError(`${image} ${why}`, EXIT.image, { cause });
  };
  let text = '';
  try {
    text = await readFile(join(image, SIGNATURE_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return refuse('is not signed. Whoever vouches for it signs it with\n  crac image sign IMAGE --key FILE');
  }
  let signature: Partial<Signature> = {};
  try {
    signature = JSON.parse(text) as Partial<Signature>;
  } catch (cause) {
    return refuse(`has a damaged signature (${SIGNATURE_FILE}): sign it anew, or copy the image anew`, cause);
  }
  if (signature?.format !== 1 || signature.algorithm !== 'ed25519' || typeof signature.signature !== 'string')
    return refuse(`has a signature (${SIGNATURE_FILE}) of a form that this version does not know`);
  const ours = fingerprintOf(key);
  if (signature.key !== ours)
    return refuse(
      `was signed by another key: by ${String(signature.key).replace(/[^0-9a-f]/g, '?')}, and the one that is asked for is ${ours}`,
    );
  if (!verify(null, signedBytes(manifest), key, Buffer.from(signature.signature, 'base64')))
    return refuse(
      'was changed after it was signed: its manifest is not the one that was signed; copy it anew',
    );
  return ours;
}

/** @throws CommandError where the file holds no Ed25519 key of that kind */
export async function readKey(path: string, kind: 'private' | 'public'): Promise<KeyObject> {
  let key: KeyObject;
  try {
    const pem = await readFile(path);
    key = kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new CommandError(
      `cannot read the ${kind} key ${path}: ${why}. Make a pair of keys with\n  openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out key.pub`,
      EXIT.usage,
      { cause },
    );
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CommandError(
    `${path} holds a key of the kind ${key.asymmetricKeyType}; images are signed with Ed25519. Make a pair of keys with\n  openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out key.pub`,
    EXIT.usage,
  );
}
