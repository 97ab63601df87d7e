import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes, formatDuration } from '../base/format.ts';
import { RegistryClient } from '../registry/client.ts';
import { parseReference } from '../registry/reference.ts';
import { interruptible } from './image.ts';
import { command } from './options.ts';
import { cacheOf, REGISTRY_OPTIONS } from './push.ts';

export default command({
  name: 'pull',
  summary: 'bring an image from a registry, ready for a restore',
  usage: 'crac pull REGISTRY/NAME:TAG DIR [options]',
  description:
    'Brings an image that `crac push` has put into a registry to DIR, which appears when all of it is there and compared\nby SHA-256. What is in the cache is not fetched again; what broke off goes on. Credentials are those of `docker login`\nor `podman login`.',
  options: {
    'require-signature': {
      value: 'FILE',
      help: 'only an image that was signed by the key whose public part this is (PEM)',
    },
    compressed: { help: 'leave it compressed, as it is stored' },
    ...REGISTRY_OPTIONS,
    json: { help: 'print the outcome as JSON' },
  },
  examples: [
    'crac pull ghcr.io/me/app:1.2 ./image && ./image/restore',
    'crac pull ghcr.io/me/app@sha256:… ./image --require-signature key.pub',
  ],
  async run(values, words) {
    const [name, image, ...more] = words;
    if (image === undefined || name === undefined || more.length > 0)
      throw new CommandError('say what comes where: crac pull REGISTRY/NAME:TAG DIR', EXIT.usage);
    const reference = parseReference(name);
    const key = values['require-signature'] ?? process.env.CRAC_REQUIRE_SIGNATURE;
    const began = performance.now();
    const { pullImage } = await import('../registry/pull.ts');
    const pulled = await interruptible((signal) =>
      pullImage(
        new RegistryClient(reference, 'pull', values['plain-http'] === true, signal),
        resolve(image),
        cacheOf(values.cache),
        { ...(key && { publicKey: resolve(key) }), keepCompressed: values.compressed === true, signal },
      ),
    );
    const took = performance.now() - began;
    process.stdout.write(
      values.json
        ? `${printableJson({ ...pulled, milliseconds: Math.round(took) })}\n`
        : `${pulled.image}: ${pulled.files} files of ${pulled.digest}, ${formatBytes(pulled.size)}, fetched ${formatBytes(pulled.downloaded)}${pulled.signedBy ? `; signed by ${pulled.signedBy}` : ''} (${formatDuration(took)})\n`,
    );
    return EXIT.ok;
  },
});
