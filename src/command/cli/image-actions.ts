import { resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes } from '../base/format.ts';
import type { SecretSource } from '../image/encryption/key.ts';
import { wholeNumber } from './values.ts';

export const LEVEL = 3;

export interface ImageOptions {
  level?: string;
  to?: string;
  key?: string;
  'key-file'?: string;
  'key-command'?: string;
}

/** The output of a command: an object for --json, and one line. */
interface Outcome {
  facts: object;
  line: string;
}

interface Action {
  /** Options that belong to the action. */
  options: readonly (keyof ImageOptions)[];
  run(image: string, options: ImageOptions, signal: AbortSignal): Promise<Outcome>;
}

/** @throws CommandError for a level that zstd does not have */
export function compressionLevel(text: string | undefined): number {
  const level = wholeNumber('level', text, LEVEL);
  if (level >= 1 && level <= 19) return level;
  throw new CommandError(`--level ${text}: expected a number from 1 (fast) to 19 (small)`, EXIT.usage);
}

/** @throws CommandError unless there is exactly one of them */
function secretOf({ 'key-file': file, 'key-command': command }: ImageOptions): SecretSource {
  if ((file === undefined) === (command === undefined))
    throw new CommandError('say where the key is: --key-file FILE, or --key-command COMMAND', EXIT.usage);
  return file !== undefined ? { file: resolve(file) } : { command: command as string };
}

const target = (image: string, { to }: ImageOptions): string => resolve(to ?? image);

/** The actions, whose modules are loaded when used. */
export const ACTIONS: Record<string, Action> = {
  compress: {
    options: ['level'],
    async run(image, { level }, signal) {
      const { compressImage } = await import('../image/storage/compress.ts');
      const sizes = await compressImage(image, compressionLevel(level), signal);
      return {
        facts: sizes,
        line: `${formatBytes(sizes.size)}, compressed ${formatBytes(sizes.compressed)}`,
      };
    },
  },
  decompress: {
    options: ['to'],
    async run(image, options, signal) {
      const { decompressImage } = await import('../image/storage/decompress.ts');
      const sizes = await decompressImage(image, target(image, options), signal);
      return {
        facts: sizes,
        line: `${formatBytes(sizes.size)}, compressed ${formatBytes(sizes.compressed)}`,
      };
    },
  },
  sign: {
    options: ['key'],
    async run(image, { key }) {
      if (key === undefined) throw new CommandError('say by which key: --key FILE', EXIT.usage);
      const { signImage } = await import('../image/integrity/sign.ts');
      const signed = await signImage(image, resolve(key));
      return { facts: signed, line: `signed by ${signed.key}` };
    },
  },
  encrypt: {
    options: ['to', 'key-file', 'key-command'],
    async run(image, options, signal) {
      const { encryptImage } = await import('../image/encryption/encrypted.ts');
      const done = await encryptImage(image, target(image, options), secretOf(options), signal);
      return { facts: done, line: `${formatBytes(done.before)}, encrypted ${formatBytes(done.after)}` };
    },
  },
  decrypt: {
    options: ['to', 'key-file', 'key-command'],
    async run(image, options, signal) {
      const { decryptImage } = await import('../image/encryption/encrypted.ts');
      const done = await decryptImage(image, target(image, options), secretOf(options), signal);
      return { facts: done, line: `${formatBytes(done.after)}, encrypted ${formatBytes(done.before)}` };
    },
  },
};
