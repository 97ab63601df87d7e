import { CheckpointError, serializeError } from '../../shared/errors/index.ts';
import type {
  Collection,
  SerializedDescriptor,
  SerializedRandomness,
} from '../../shared/protocol/messages.ts';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes, formatTable } from '../base/format.ts';
import { checkpoint } from '../checkpoint/checkpoint.ts';
import type { CheckpointResult } from '../checkpoint/options.ts';
import { findTarget } from '../checkpoint/target.ts';
import { engineHelp, parseEngine } from '../engines/choice.ts';
import { LABEL_OPTION, labelsOf } from '../machine/labels.ts';
import { failureOf, jsonOf } from './failure.ts';
import { interruptible } from './image.ts';
import { LEVEL } from './image-actions.ts';
import { IMAGE_FORM, imageForm } from './image-form.ts';
import { command } from './options.ts';
import { describeOutcome } from './outcome.ts';
import { wholeNumber } from './values.ts';

const descriptorTable = (rows: SerializedDescriptor[]): string =>
  formatTable([
    ['FD', 'KIND', 'WHAT', 'OWNER', 'WHY', 'OPENED BY'],
    ...rows.map(({ fd, process, kind, what, owner, reason, opened }) => [
      process ? `${fd} of ${process.pid}` : String(fd),
      kind,
      what,
      owner,
      reason,
      opened ?? '-',
    ]),
  ]);

/** Prints what must not change until the restore. */
function restoreTable(rows: SerializedDescriptor[]): string {
  const files = rows.filter(({ restore }) => restore !== undefined);
  if (files.length === 0) return '';
  return `\nfiles that a restore must find\n${formatTable(
    files.map(({ fd, what, restore }) => [`  ${fd}`, what, restore as string]),
  )}\n`;
}

/** Prints what each copy draws anew, and what is the same in all. */
const randomnessTable = (rows: SerializedRandomness[]): string =>
  `random bytes in memory\n${formatTable([
    ['  BYTES', 'DRAWN BY', 'AT', 'IN COPIES', 'WHY'],
    ...rows.map(({ bytes, renewed, by, place, thread, process, action, why }) => [
      `  ${bytes}`,
      by,
      [place, thread, process && `process ${process}`].filter(Boolean).join(', '),
      action === 'renewed' && renewed < bytes ? `${renewed} renewed` : action,
      why,
    ]),
  ])}\n`;

function collection(text: string | undefined): Collection | undefined {
  if (text === undefined || text === 'all' || text === 'young') return text;
  throw new CommandError(`--collect ${text}: expected all or young`, EXIT.usage);
}

/** Compresses the image. The program is done with; a failure here leaves the image as the checkpoint has made it. */
async function compress({ kind, image }: CheckpointResult): Promise<{ compressed: number } | undefined> {
  if (kind !== 'checkpointed' && kind !== 'left-running') return undefined; // nothing was written
  const { compressImage } = await import('../image/storage/compress.ts');
  const { compressed } = await interruptible((signal) => compressImage(image, LEVEL, signal));
  return { compressed };
}

export default command({
  name: 'checkpoint',
  summary: 'write a running program into an image',
  usage: 'crac checkpoint TARGET [options]',
  description:
    'Writes a running program into its image and ends it. TARGET is a PID or the image directory given to `crac run`.\nExits with 0 only if the image is complete; otherwise prints every problem, and the program goes on.',
  options: {
    image: { value: 'DIR', help: 'write to this directory instead of the one given to `crac run`' },
    'image-form': IMAGE_FORM,
    label: LABEL_OPTION,
    compress: { help: 'compress the image for storage (`crac image decompress` makes it fit for a restore)' },
    collect: {
      value: 'all|young',
      help: 'garbage collected before the dump: all (default), or only new garbage, which keeps optimised code (default with --leave-running)',
    },
    'leave-running': { help: 'let the program go on after the checkpoint' },
    'dry-run': { help: 'go through hooks and checks, dump nothing' },
    strict: { help: 'fail where the dump would cut a connection which no adapter makes again' },
    'print-resources': { help: 'print every open descriptor with its owner, as --dry-run does' },
    wait: {
      value: 'SECONDS',
      help: 'longest time to wait for work in flight, while new work is held back (default 10)',
    },
    timeout: { value: 'SECONDS', help: 'longest time that the engine may take (default 120)' },
    engine: {
      value: 'NAME[,k=v…]',
      help: "settings for the program's engine, as criu,verbosity=2; `help` explains them",
    },
    'engine-option': {
      value: 'OPTION',
      repeat: true,
      help: 'further option for the engine, as --engine-option=--ghost-limit=1G',
    },
    json: { help: 'print the outcome, or the errors, as JSON' },
  },
  examples: [
    'crac checkpoint ./image',
    'crac checkpoint 4242 --leave-running',
    'crac checkpoint ./image --image ./other --json',
  ],
  async run(values, words) {
    if (values.engine === 'help') {
      process.stdout.write(engineHelp());
      return EXIT.ok;
    }
    const [target, ...more] = words;
    if (target === undefined || more.length > 0) {
      throw new CommandError(
        'name one program: crac checkpoint PID, or crac checkpoint DIR; `crac ps` lists them',
        EXIT.usage,
      );
    }
    const form = values['image-form'] && imageForm(values['image-form']);
    const collect = collection(values.collect);
    const timeout = wholeNumber('timeout', values.timeout, 120);
    const labels = labelsOf(values.label ?? []);
    const record = findTarget(target);
    let descriptors: SerializedDescriptor[] | undefined;
    let randomness: SerializedRandomness[] | undefined;
    const tables = values['dry-run'] === true || values['print-resources'] === true;
    const asked = {
      record,
      ...(values.image && { image: values.image }),
      leaveRunning: values['leave-running'] === true,
      dryRun: values['dry-run'] === true,
      printResources: values['print-resources'] === true,
      ...(values.strict && { strict: true }),
      timeout,
      engineOptions: values['engine-option'] ?? [],
      ...(form && { imageForm: form }),
      ...(values.label && { labels }),
      ...(values.wait !== undefined && { wait: 1000 * wholeNumber('wait', values.wait, 0) }),
      ...(collect && { collect }),
      ...(values.engine && { engine: parseEngine(values.engine) }),
      census: (rows: SerializedDescriptor[]) => {
        descriptors = rows;
        if (!values.json) process.stdout.write(`${descriptorTable(rows)}\n${restoreTable(rows)}\n`);
      },
      randomness: (rows: SerializedRandomness[]) => {
        randomness = [...(randomness ?? []), ...rows];
        if (tables && !values.json) process.stdout.write(`${randomnessTable(rows)}\n`);
      },
      note: (text: string) => process.stderr.write(`crac: note: ${text}\n`),
      progress: (line: string) => {
        if (process.stderr.isTTY) process.stderr.write(`crac: ${line}\n`);
      },
    };
    const json = (outcome: object) =>
      process.stdout.write(
        `${printableJson({ ...outcome, ...(descriptors && { descriptors }), ...(randomness && { randomness }) })}\n`,
      );
    try {
      const result = await checkpoint({ ...asked, by: 'command' });
      const stored = values.compress === true ? await compress(result) : undefined;
      const smaller = stored ? `, compressed ${formatBytes(stored.compressed)}` : '';
      if (values.json) json({ ...result, ...stored });
      else process.stdout.write(`${describeOutcome(record, result)}${smaller}\n`);
      return EXIT.ok;
    } catch (failure) {
      const error = failureOf(failure, 'checkpoint');
      if (!values.json) throw error;
      json({ error: error.cause instanceof CheckpointError ? serializeError(error.cause) : jsonOf(error) });
      return error.exitCode;
    }
  },
});
