import { existsSync } from 'node:fs';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectImage } from '../image/inspect.ts';
import { SIGNATURE_FILE } from '../image/integrity/signature.ts';
import { packImage } from '../image/storage/compress.ts';
import { readStored, SUFFIX } from '../image/storage/stored.ts';
import { artifact, type Descriptor, digestOf, EMPTY, emptyConfig, TITLE, TYPE } from './artifact.ts';
import { hasBlob, uploadBlob } from './blobs.ts';
import { type BlobCache, fileDigest } from './cache.ts';
import type { RegistryClient } from './client.ts';
import { eachInParallel } from './pool.ts';
import { attachSignature, signatureLayer } from './referrers.ts';

export interface Pushed {
  reference: string;
  digest: string;
  files: number;
  /** The bytes of all blobs. */
  size: number;
  /** The bytes that the registry did not have yet. */
  uploaded: number;
  /** The digest of the attached signature. */
  signature?: string;
}

/** Puts an image into a registry: one blob for each file, as it is in storage, and a manifest that names them. */
export async function pushImage(
  image: string,
  client: RegistryClient,
  cache: BlobCache,
  level: number,
  signal?: AbortSignal,
): Promise<Pushed> {
  await cache.prepare();
  const isEncrypted = existsSync(join(image, 'image.enc'));
  const annotations = isEncrypted ? {} : await annotationsOf(image);
  const packed = isEncrypted || (await readStored(image)) ? undefined : cache.scratch();
  try {
    if (packed) await packImage(image, packed, level, signal);
    const directory = packed ?? image;
    const names = (await readdir(directory)).filter((name) => name !== SIGNATURE_FILE).sort();
    const layers: Descriptor[] = [];
    for (const name of names) layers.push(await layerOf(directory, name));
    let uploaded = 0;
    const bring = async ({ digest, size }: Descriptor, path: string) => {
      if (await hasBlob(client, digest)) return;
      await uploadBlob(client, digest, path);
      uploaded += size;
    };
    const empty = cache.scratch();
    await writeFile(empty, EMPTY, { mode: 0o600 });
    await bring(emptyConfig, empty).finally(() => rm(empty, { force: true }));
    const once = new Map(layers.map((layer) => [layer.digest, layer]));
    await eachInParallel([...once.values()], (layer) => bring(layer, join(directory, titleOf(layer))));
    const manifest = artifact(TYPE.image, layers, { annotations });
    const digest = digestOf(manifest);
    const { tag, text } = client.reference;
    const answer = await client.ask(`manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': TYPE.manifest },
      body: manifest,
    });
    await answer.body?.cancel();
    const subject = { mediaType: TYPE.manifest, digest, size: manifest.length };
    const signature = await pushSignature(image, client, subject, bring);
    return {
      reference: text,
      digest,
      files: layers.length,
      size: layers.reduce((sum, { size }) => sum + size, 0),
      uploaded,
      ...(signature !== undefined && { signature }),
    };
  } finally {
    if (packed) await rm(packed, { recursive: true, force: true });
  }
}

const titleOf = ({ annotations }: Descriptor): string => annotations?.[TITLE] as string;

async function layerOf(directory: string, name: string): Promise<Descriptor> {
  const path = join(directory, name);
  return {
    mediaType: name.endsWith(SUFFIX) ? TYPE.packed : TYPE.file,
    digest: await fileDigest(path),
    size: (await stat(path)).size,
    annotations: { [TITLE]: name },
  };
}

async function pushSignature(
  image: string,
  client: RegistryClient,
  subject: Descriptor,
  bring: (blob: Descriptor, path: string) => Promise<void>,
): Promise<string | undefined> {
  const path = join(image, SIGNATURE_FILE);
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const blob = await signatureLayer(path, SIGNATURE_FILE);
  await bring(blob, path);
  return attachSignature(client, subject, blob);
}

/** Returns what people see in a registry, under the names that other tools give checkpoints. */
async function annotationsOf(image: string): Promise<Record<string, string>> {
  const { manifest } = await inspectImage(image);
  return {
    'org.opencontainers.image.created': manifest.createdAt,
    'org.criu.checkpoint.engine.name': manifest.engine.name,
    'org.criu.checkpoint.engine.version': manifest.engine.version,
    'org.criu.checkpoint.host.arch': manifest.arch,
    'org.criu.checkpoint.host.kernel': manifest.kernel,
    'node-crac.node.version': manifest.node.version,
    ...Object.fromEntries(
      Object.entries(manifest.labels ?? {}).map(([name, value]) => [`node-crac.label.${name}`, value]),
    ),
  };
}
