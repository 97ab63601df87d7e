import { constants } from 'node:os';
import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatDuration } from '../base/format.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import { ACTIONS, type ImageOptions, LEVEL } from './image-actions.ts';
import { MANY, type ManyOptions } from './image-many.ts';
import { command } from './options.ts';

/** Carries out an action that Ctrl-C may end: the image stays as it was, and what is half made is removed first. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  const end = onInterrupt((signal) => {
    end(); // the second signal has its own effect
    by = signal;
    controller.abort();
  });
  try {
    return await action(controller.signal);
  } catch (error) {
    if (by === undefined) throw error;
    throw new CommandError(`interrupted by ${by}; the image is as it was`, 128 + constants.signals[by], {
      cause: error,
    });
  } finally {
    end();
  }
}

const NAMES = Object.keys(ACTIONS);

const optionsOf = (action: string): readonly string[] => (ACTIONS[action] ?? MANY[action])?.options ?? [];

function refuseForeign(action: string, values: ImageOptions & ManyOptions): void {
  for (const name of ['level', 'to', 'key', 'key-file', 'key-command', 'keep', 'older-than', 'dry-run']) {
    if (!Object.hasOwn(values, name) || optionsOf(action).includes(name)) continue;
    const theirs = [...NAMES, ...Object.keys(MANY)].filter((other) => optionsOf(other).includes(name));
    throw new CommandError(`--${name} goes with ${theirs.join(', ')}, not with ${action}`, EXIT.usage);
  }
}

export default command({
  name: 'image',
  summary: 'compress, sign or encrypt an image for storage, and back; compare two; remove old ones',
  usage: `crac image ${NAMES.join('|')} IMAGE [options]\n       ${Object.values(MANY)
    .map(({ usage }) => usage)
    .join('\n       ')}`,
  description:
    'Makes an image small for storage and transport (zstd), signs it, encrypts it, or makes it fit to be restored again.\nThe image that is there is removed only when the other form of it is whole and compared.',
  options: {
    level: { value: 'N', help: `compress: from 1 (fast) to 19 (small); default ${LEVEL}` },
    to: {
      value: 'DIR',
      help: 'decompress, encrypt, decrypt: write to this directory and leave IMAGE as it is',
    },
    key: {
      value: 'FILE',
      help: 'sign: private Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` makes it',
    },
    'key-file': { value: 'FILE', help: 'encrypt, decrypt: the key, at least 32 bytes' },
    'key-command': { value: 'COMMAND', help: 'encrypt, decrypt: a shell command that prints the key' },
    keep: { value: 'N', help: 'prune: the newest N images stay' },
    'older-than': {
      value: 'AGE',
      help: 'prune: only those that were made before, as 12h, 30d or 8w; with --keep both must hold',
    },
    'dry-run': { help: 'prune: say what would be removed' },
    ...TRUST_OPTION,
    json: { help: 'print the outcome as JSON' },
  },
  examples: [
    'crac image compress ./image --level 9',
    'crac image decompress /store/image --to ./image',
    'crac image sign ./image --key key.pem',
    'crac image encrypt ./image --key-file image.key --to /store/image',
    'crac image diff ./image ./image.yesterday',
    'crac image prune /srv/images --keep 3 --older-than 30d --dry-run',
    'crac image decrypt /store/image --to ./image --key-command "vault read -field=key secret/image"',
  ],
  async run(values, words) {
    const many = Object.hasOwn(MANY, words[0] ?? '') ? MANY[words[0] as string] : undefined;
    if (many) {
      refuseForeign(words[0] as string, values);
      await many.run(words.slice(1), values);
      return EXIT.ok;
    }
    const [name = '', image, ...more] = words;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action || image === undefined || more.length > 0)
      throw new CommandError(
        `say what to do with which image: crac image ${NAMES.join('|')} IMAGE`,
        EXIT.usage,
      );
    refuseForeign(name, values);
    checkTrust(resolve(image), values['trust-image-of'], `crac image ${name}`);
    const began = performance.now();
    const { facts, line } = await interruptible((signal) => action.run(resolve(image), values, signal));
    const took = performance.now() - began;
    const where = (facts as { image: string }).image;
    process.stdout.write(
      values.json
        ? `${printableJson({ ...facts, milliseconds: Math.round(took) })}\n`
        : `${where}: ${line} (${formatDuration(took)})\n`,
    );
    return EXIT.ok;
  },
});
