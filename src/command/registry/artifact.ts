import { createHash } from 'node:crypto';
import { CommandError, EXIT } from '../base/command-error.ts';
import { isFileName } from '../image/trust.ts';
import { DIGEST } from './reference.ts';

/**
 * The types in what a registry keeps of an image: a manifest of the OCI image specification 1.1, and one blob for each
 * file.
 */
export const TYPE = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  image: 'application/vnd.node-crac.image.v1',
  signature: 'application/vnd.node-crac.signature.v1+json',
  file: 'application/vnd.node-crac.file.v1',
  packed: 'application/vnd.node-crac.file.v1+zstd',
  empty: 'application/vnd.oci.empty.v1+json',
} as const;

export const TITLE = 'org.opencontainers.image.title';

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
  data?: string;
}

export interface ArtifactManifest {
  schemaVersion: 2;
  mediaType: string;
  artifactType: string;
  config: Descriptor;
  layers: Descriptor[];
  subject?: Descriptor;
  annotations?: Record<string, string>;
}

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const EMPTY = Buffer.from('{}');

/** The specification's config of an artifact that has none. */
export const emptyConfig: Descriptor = {
  mediaType: TYPE.empty,
  digest: digestOf(EMPTY),
  size: 2,
  data: 'e30=',
};

export function artifact(
  artifactType: string,
  layers: Descriptor[],
  more: Pick<ArtifactManifest, 'subject' | 'annotations'>,
): Buffer {
  const manifest: ArtifactManifest = {
    schemaVersion: 2,
    mediaType: TYPE.manifest,
    artifactType,
    config: emptyConfig,
    layers,
    ...more,
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** A file of the image, as its blob describes it. */
export interface LayerFile {
  name: string;
  digest: string;
  size: number;
}

/** @throws CommandError for what is no image of ours, or one with names that lead out of it */
export function filesOf(text: string, reference: string): LayerFile[] {
  const refuse = (why: string): never => {
    throw new CommandError(`${reference} ${why}`, EXIT.image);
  };
  let manifest: Partial<ArtifactManifest>;
  try {
    manifest = JSON.parse(text) as Partial<ArtifactManifest>;
  } catch {
    return refuse('has a manifest that is no JSON');
  }
  if (manifest?.artifactType !== TYPE.image)
    return refuse(
      `is no image of crac, but ${JSON.stringify(manifest?.artifactType ?? manifest?.config?.mediaType ?? manifest?.mediaType ?? 'something else')}; images are put there by\n  crac push IMAGE ${reference}`,
    );
  const layers: Partial<Descriptor>[] = Array.isArray(manifest.layers) ? manifest.layers : [];
  const files = layers.map(({ digest, size, annotations }) => {
    const name = annotations?.[TITLE];
    if (!isFileName(name))
      return refuse(`names a file ${JSON.stringify(name)}, which is no file's name; it is not pulled`);
    if (
      typeof digest !== 'string' ||
      !DIGEST.test(digest) ||
      !Number.isSafeInteger(size) ||
      (size as number) < 0
    )
      return refuse(`has no usable digest and size for ${name}`);
    return { name, digest, size: size as number };
  });
  if (files.length === 0) return refuse('holds no files');
  if (new Set(files.map(({ name }) => name)).size < files.length) return refuse('has two files of one name');
  return files;
}
