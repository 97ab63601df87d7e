import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes, formatDuration } from '../base/format.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import { BlobCache, cacheDirectory } from '../registry/cache.ts';
import { RegistryClient } from '../registry/client.ts';
import { parseReference } from '../registry/reference.ts';
import { interruptible } from './image.ts';
import { compressionLevel } from './image-actions.ts';
import { command, type OptionTable } from './options.ts';

/** The options of `crac push` and `crac pull`. */
export const REGISTRY_OPTIONS = {
  'plain-http': { help: 'speak HTTP without TLS; on this machine (localhost, 127.…) it is always spoken' },
  cache: { value: 'DIR', help: 'where blobs are kept (default: CRAC_CACHE_DIR, or ~/.cache/node-crac)' },
} as const satisfies OptionTable;

export const cacheOf = (directory: string | undefined): BlobCache =>
  new BlobCache(resolve(directory ?? cacheDirectory()));

export default command({
  name: 'push',
  summary: 'put an image into a registry, as an OCI artifact',
  usage: 'crac push IMAGE REGISTRY/NAME:TAG [options]',
  description:
    'Puts an image into a registry of container images, as an OCI artifact: one blob for each file, compressed by zstd.\nWhat the registry has already is not sent. A signature is attached to it (a referrer). Credentials are those of\n`docker login` or `podman login`.',
  options: {
    level: { value: 'N', help: 'compress from 1 (fast) to 19 (small); default 3' },
    ...REGISTRY_OPTIONS,
    ...TRUST_OPTION,
    json: { help: 'print the outcome as JSON' },
  },
  examples: ['crac push ./image ghcr.io/me/app:1.2', 'crac push ./image localhost:5000/app:warm --json'],
  async run(values, words) {
    const [image, name, ...more] = words;
    if (image === undefined || name === undefined || more.length > 0)
      throw new CommandError('say which image goes where: crac push IMAGE REGISTRY/NAME:TAG', EXIT.usage);
    const reference = parseReference(name);
    const level = compressionLevel(values.level);
    checkTrust(resolve(image), values['trust-image-of'], 'crac push');
    const began = performance.now();
    const { pushImage } = await import('../registry/push.ts');
    const pushed = await interruptible((signal) =>
      pushImage(
        resolve(image),
        new RegistryClient(reference, 'pull,push', values['plain-http'] === true, signal),
        cacheOf(values.cache),
        level,
        signal,
      ),
    );
    const took = performance.now() - began;
    process.stdout.write(
      values.json
        ? `${printableJson({ ...pushed, milliseconds: Math.round(took) })}\n`
        : `${pushed.reference}@${pushed.digest}: ${pushed.files} files, ${formatBytes(pushed.size)}, sent ${formatBytes(pushed.uploaded)}${pushed.signature ? ', signed' : ''} (${formatDuration(took)})\n`,
    );
    return EXIT.ok;
  },
});
