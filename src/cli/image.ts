import { constants } from 'node:os';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import type { Sizes } from '../image/storage/compress.ts';
import { formatBytes, formatDuration } from './format.ts';
import { command } from './options.ts';
import { wholeNumber } from './values.ts';

export const LEVEL = 3;

/** @throws CommandError for a level that zstd does not have */
function compressionLevel(text: string | undefined): number {
  const level = wholeNumber('level', text, LEVEL);
  if (level >= 1 && level <= 19) return level;
  throw new CommandError(`--level ${text}: expected a number from 1 (fast) to 19 (small)`, EXIT.usage);
}

/** Ctrl-C leaves the image as it was; what is half made is removed first. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    by = signal;
    controller.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await action(controller.signal);
  } catch (error) {
    if (by === undefined) throw error;
    throw new CommandError(`interrupted by ${by}; the image is as it was`, 128 + constants.signals[by], {
      cause: error,
    });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

const describeSizes = ({ image, size, compressed }: Sizes, milliseconds: number): string =>
  `${image}: ${formatBytes(size)}, compressed ${formatBytes(compressed)} (${formatDuration(milliseconds)})`;

export default command({
  name: 'image',
  summary: 'compress an image for storage, and back',
  usage: 'crac image compress|decompress IMAGE [options]',
  description:
    'Makes an image small for storage and transport (zstd), or makes it fit to be restored again. The image that is there\nis removed only when the other form of it is whole and compared.',
  options: {
    level: { value: 'N', help: `compress: from 1 (fast) to 19 (small); default ${LEVEL}` },
    to: { value: 'DIR', help: 'decompress: write to this directory and leave the compressed image' },
    json: { help: 'print the sizes as JSON' },
  },
  examples: [
    'crac image compress ./image --level 9',
    'crac image decompress ./image',
    'crac image decompress /store/image --to ./image',
  ],
  async run(values, words) {
    const [action, image, ...more] = words;
    if ((action !== 'compress' && action !== 'decompress') || image === undefined || more.length > 0)
      throw new CommandError(
        'say what to do with which image: crac image compress IMAGE, or crac image decompress IMAGE',
        EXIT.usage,
      );
    if (action === 'compress' && values.to !== undefined)
      throw new CommandError('--to goes with decompress; compress works in place', EXIT.usage);
    const began = performance.now();
    const level = compressionLevel(values.level);
    const sizes = await interruptible(async (signal) => {
      if (action === 'compress')
        return (await import('../image/storage/compress.ts')).compressImage(resolve(image), level, signal);
      const { decompressImage } = await import('../image/storage/decompress.ts');
      return decompressImage(resolve(image), resolve(values.to ?? image), signal);
    });
    const took = performance.now() - began;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...sizes, milliseconds: Math.round(took) })}\n`
        : `${describeSizes(sizes, took)}\n`,
    );
    return EXIT.ok;
  },
});
