import { resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes, formatTable } from '../base/format.ts';
import { inspectImage } from '../image/inspect.ts';
import { checkTrust } from '../image/trust.ts';
import { wholeNumber } from './values.ts';

/** The options of what `crac image` does with several images. */
export interface ManyOptions {
  keep?: string;
  'older-than'?: string;
  'dry-run'?: boolean;
  'trust-image-of'?: string;
  json?: boolean;
}

export const MANY: Record<
  string,
  {
    usage: string;
    options: readonly (keyof ManyOptions)[];
    run(words: string[], options: ManyOptions): Promise<void>;
  }
> = {
  diff: {
    usage: 'crac image diff A B',
    options: [],
    async run(words, options) {
      const [a, b, ...more] = words;
      if (a === undefined || b === undefined || more.length > 0)
        throw new CommandError('name two images: crac image diff A B', EXIT.usage);
      for (const image of [a, b]) checkTrust(resolve(image), options['trust-image-of'], 'crac image diff');
      const [{ differences }, { diffText }] = await Promise.all([
        import('../image/report/diff.ts'),
        import('../image/report/diff-text.ts'),
      ]);
      const list = await differences(await inspectImage(resolve(a)), await inspectImage(resolve(b)));
      process.stdout.write(
        options.json
          ? `${printableJson({ a: resolve(a), b: resolve(b), same: list.length === 0, differences: list }, 2)}\n`
          : diffText(list),
      );
    },
  },
  prune: {
    usage: 'crac image prune DIR --keep N --older-than AGE',
    options: ['keep', 'older-than', 'dry-run'],
    async run(words, options) {
      const [directory, ...more] = words;
      if (directory === undefined || more.length > 0)
        throw new CommandError(
          'name the directory that holds images: crac image prune DIR --keep N',
          EXIT.usage,
        );
      if (options.keep === undefined && options['older-than'] === undefined)
        throw new CommandError('say what stays: --keep N, --older-than AGE (as 30d), or both', EXIT.usage);
      const { prune } = await import('../image/prune.ts');
      const age = options['older-than'];
      const dryRun = options['dry-run'] === true;
      const all = await prune(resolve(directory), {
        keep: options.keep === undefined ? undefined : wholeNumber('keep', options.keep, 0),
        before: age === undefined ? undefined : Date.now() - milliseconds(age),
        dryRun,
        believe: options['trust-image-of'],
      });
      const freed = all.reduce((sum, { removed, size }) => sum + (removed ? size : 0), 0);
      if (options.json) {
        process.stdout.write(
          `${printableJson({ directory: resolve(directory), dryRun, freed, images: all }, 2)}\n`,
        );
        return;
      }
      const gone = dryRun ? 'would be removed' : 'removed';
      const rows = all.map(({ image, createdAt, size, why }) => [
        image,
        createdAt,
        formatBytes(size),
        why ?? gone,
      ]);
      const count = all.filter(({ removed }) => removed).length;
      process.stdout.write(
        `${rows.length > 0 ? `${formatTable([['IMAGE', 'MADE', 'SIZE', ''], ...rows])}\n` : ''}${count} of ${all.length} images ${gone}, ${formatBytes(freed)}\n`,
      );
    },
  },
};

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** @throws CommandError for another form than a number and a unit */
function milliseconds(age: string): number {
  const [, number, unit = ''] = age.match(/^(\d+)([smhdw])$/) ?? [];
  if (number === undefined)
    throw new CommandError(`--older-than ${age}: expected a number and s, m, h, d or w, as 30d`, EXIT.usage);
  return Number(number) * (UNITS[unit] as number) * 1000;
}
