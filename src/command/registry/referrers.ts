import { readFile } from 'node:fs/promises';
import { artifact, type Descriptor, digestOf, TITLE, TYPE } from './artifact.ts';
import type { RegistryClient } from './client.ts';

interface Index {
  schemaVersion: 2;
  mediaType: string;
  manifests: Descriptor[];
}

/**
 * Returns the tag by which a registry without the referrers API keeps what refers to a digest (distribution
 * specification).
 */
const fallbackTag = (digest: string): string => digest.replace(':', '-');

async function fallbackIndex(client: RegistryClient, digest: string): Promise<Index> {
  const answer = await client.ask(`manifests/${fallbackTag(digest)}`, {
    headers: { accept: TYPE.index },
    expect: [404],
  });
  if (answer.status === 404) {
    await answer.body?.cancel();
    return { schemaVersion: 2, mediaType: TYPE.index, manifests: [] };
  }
  return (await answer.json()) as Index;
}

/** Lists what was attached to an image, of one type. */
export async function referrersOf(
  client: RegistryClient,
  digest: string,
  type: string,
): Promise<Descriptor[]> {
  const answer = await client.ask(`referrers/${digest}`, {
    headers: { accept: TYPE.index },
    expect: [400, 404, 405],
  });
  let index: Index;
  if (answer.ok) index = (await answer.json()) as Index;
  else {
    await answer.body?.cancel();
    index = await fallbackIndex(client, digest);
  }
  return (index.manifests ?? []).filter(({ artifactType }) => artifactType === type);
}

/**
 * Attaches a signature to an image that is in the registry: another signature later changes nothing of the image.
 *
 * @returns the digest of what was attached
 */
export async function attachSignature(
  client: RegistryClient,
  subject: Descriptor,
  blob: Descriptor,
): Promise<string> {
  const bytes = artifact(TYPE.signature, [blob], { subject });
  const digest = digestOf(bytes);
  const answer = await client.ask(`manifests/${digest}`, {
    method: 'PUT',
    headers: { 'content-type': TYPE.manifest },
    body: bytes,
  });
  await answer.body?.cancel();
  if (answer.headers.get('oci-subject') === null)
    await addToFallback(client, subject.digest, digest, bytes.length);
  return digest;
}

async function addToFallback(
  client: RegistryClient,
  subject: string,
  digest: string,
  size: number,
): Promise<void> {
  const index = await fallbackIndex(client, subject);
  if (index.manifests.some((one) => one.digest === digest)) return;
  index.manifests.push({ mediaType: TYPE.manifest, digest, size, artifactType: TYPE.signature });
  const answer = await client.ask(`manifests/${fallbackTag(subject)}`, {
    method: 'PUT',
    headers: { 'content-type': TYPE.index },
    body: JSON.stringify(index),
  });
  await answer.body?.cancel();
}

export async function signatureLayer(path: string, name: string): Promise<Descriptor> {
  const bytes = await readFile(path);
  return {
    mediaType: TYPE.signature,
    digest: digestOf(bytes),
    size: bytes.length,
    annotations: { [TITLE]: name },
  };
}
