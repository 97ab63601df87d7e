import { constants } from 'node:fs';
import { chmod, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { checkDestination, checkWritable } from '../image/directory.ts';
import { SIGNATURE_FILE } from '../image/integrity/signature.ts';
import { verifyImage } from '../image/integrity/verify.ts';
import { makePartial } from '../image/partial.ts';
import { publish } from '../image/publish.ts';
import { decompressImage } from '../image/storage/decompress.ts';
import { STORED_FILE } from '../image/storage/stored.ts';
import { type ArtifactManifest, digestOf, filesOf, type LayerFile, TYPE } from './artifact.ts';
import { downloadBlob } from './blobs.ts';
import type { BlobCache } from './cache.ts';
import type { RegistryClient } from './client.ts';
import { eachInParallel } from './pool.ts';
import { DIGEST } from './reference.ts';
import { referrersOf } from './referrers.ts';

export interface Pulled {
  reference: string;
  digest: string;
  image: string;
  files: number;
  /** The bytes of all blobs. */
  size: number;
  /** The bytes that were not in the cache. */
  downloaded: number;
  /** The fingerprint of the key that was required. */
  signedBy?: string;
}

export interface PullOptions {
  /** The path of the public key that must have signed the image. */
  publicKey?: string;
  /** True where the image is left as it is stored. */
  keepCompressed?: boolean;
  signal?: AbortSignal;
}

/** Brings an image from a registry to a directory, which appears when all of it is there and is what was pushed. */
export async function pullImage(
  client: RegistryClient,
  image: string,
  cache: BlobCache,
  { publicKey, keepCompressed = false, signal }: PullOptions,
): Promise<Pulled> {
  await checkDestination(image);
  await checkWritable(image);
  await cache.prepare();
  const { digest, text } = await manifestOf(client, client.reference.tag, client.reference.text);
  const files = filesOf(text, client.reference.text);
  let downloaded = 0;
  await eachInParallel([...new Map(files.map((file) => [file.digest, file])).values()], async (file) => {
    if (await cache.has(file.digest, file.size)) return;
    await downloadBlob(client, cache, file);
    downloaded += file.size;
  });
  const partial = await makePartial(image);
  try {
    for (const file of files) await place(cache, file, partial);
    const signedBy = await checkedSignature(client, digest, partial, cache, publicKey);
    signal?.throwIfAborted();
    const isStored = files.some(({ name }) => name === STORED_FILE);
    if (isStored && !keepCompressed) await decompressImage(partial, image, signal);
    else await publish(partial, image);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const { text: reference } = client.reference;
    return { reference, digest, image, files: files.length, size, downloaded, ...(signedBy && { signedBy }) };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** @throws CommandError where there is none, or one that is not what its digest says */
async function manifestOf(
  client: RegistryClient,
  tag: string,
  reference: string,
): Promise<{ digest: string; text: string }> {
  const answer = await client.ask(`manifests/${tag}`, {
    headers: {
      accept: `${TYPE.manifest}, ${TYPE.index}, application/vnd.docker.distribution.manifest.v2+json`,
    },
    expect: [404],
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 404)
    throw new CommandError(
      `there is no ${reference} in the registry. See which tags there are, with\n  skopeo list-tags docker://REGISTRY/NAME`,
      EXIT.image,
    );
  const digest = digestOf(bytes);
  const promised = DIGEST.test(tag) ? tag : (answer.headers.get('docker-content-digest') ?? digest);
  if (digest !== promised)
    throw new CommandError(
      `${reference}: the registry gave another manifest (${digest}) than it names (${promised}); it is not pulled`,
      EXIT.image,
    );
  return { digest, text: bytes.toString() };
}

/** Makes a copy of its own: the cache stays what it is, whatever becomes of the image. */
async function place(cache: BlobCache, { name, digest }: LayerFile, partial: string): Promise<void> {
  const to = join(partial, name);
  await copyFile(cache.path(digest), to, constants.COPYFILE_FICLONE);
  await chmod(to, name === 'restore' ? 0o700 : 0o600);
}

/**
 * Returns, with a key, the signature that this key has made, of those that are attached; without, the last one, for
 * later.
 */
async function checkedSignature(
  client: RegistryClient,
  digest: string,
  partial: string,
  cache: BlobCache,
  publicKey: string | undefined,
): Promise<string | undefined> {
  let refusal: unknown;
  for (const one of (await referrersOf(client, digest, TYPE.signature)).reverse()) {
    const { text } = await manifestOf(client, one.digest, `${client.reference.text}'s signature`);
    const [blob] = (JSON.parse(text) as ArtifactManifest).layers;
    if (!blob || !DIGEST.test(blob.digest)) continue;
    if (!(await cache.has(blob.digest, blob.size))) await downloadBlob(client, cache, blob);
    await place(cache, { name: SIGNATURE_FILE, digest: blob.digest, size: blob.size }, partial);
    if (publicKey === undefined) return undefined;
    try {
      return (await verifyImage(partial, publicKey)).signedBy;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusal = named(error, partial, client.reference.text);
    }
  }
  if (publicKey === undefined) return undefined;
  throw (
    refusal ??
    new CommandError(
      `${client.reference.text} is not signed. Whoever vouches for it signs it and pushes it again:\n  crac image sign IMAGE --key FILE\n  crac push IMAGE ${client.reference.text}`,
      EXIT.image,
    )
  );
}

const named = (error: CommandError, partial: string, reference: string): CommandError =>
  new CommandError(error.message.replaceAll(partial, reference), error.exitCode, { cause: error });
