import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { printableJson } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { painter } from '../base/paint.ts';
import { quote } from '../base/quote.ts';
import type { Finding } from '../diagnosis/entry.ts';
import { type Diagnosis, diagnose } from '../diagnosis/explain-text.ts';
import { formatDiagnosis } from '../diagnosis/format.ts';
import { nameHolders } from '../diagnosis/pid-holder.ts';
import { readInput } from '../diagnosis/read-input.ts';
import { ours } from '../image/directory.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import { command } from './options.ts';

/** Puts the image's path into commands where the catalogue has only a word for it. */
const withImage = (findings: Finding[], image: string): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    remedies: finding.remedies.map(({ command, ...rest }) => ({
      ...rest,
      ...(command !== undefined && { command: command.replace(/(?<!:)\bIMAGE\b/g, () => quote(image)) }),
    })),
  }));

const CODE = /^[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+$/;

/** Prints the page of a code, as docs/errors.md has it. */
async function pageOf(code: string): Promise<string> {
  const [{ CATALOGUE }, { section }, { foldPage }] = await Promise.all([
    import('../diagnosis/catalogue/index.ts'),
    import('../diagnosis/page.ts'),
    import('../diagnosis/fold.ts'),
  ]);
  const entry = CATALOGUE.find((candidate) => candidate.code === code);
  if (entry) return foldPage(section(entry), 100);
  const family = CATALOGUE.filter((other) => other.code.split('_')[1] === code.split('_')[1]);
  const like = family.slice(0, 5).map((other) => other.code);
  throw new CommandError(
    `there is no code ${code}${like.length > 0 ? `; there are ${like.join(', ')}` : ''}. Give one that stands in square brackets in an answer of crac explain`,
    EXIT.usage,
  );
}

export default command({
  name: 'explain',
  summary: 'say why a checkpoint or a restore failed, and what to do',
  usage: 'crac explain [FILE|DIR|CODE|-] [--all] [--json]',
  description: [
    "Reads an engine's log (of any version of CRIU), an image directory, or console output with such lines in it",
    '(Docker, podman, containerd, crun, runc, Kubernetes, Open Liberty, Java with CRaC), and says the cause and what',
    'mends it. Without a name, or with -, it reads standard input. With a code it prints the page of that code.',
    '',
    'Ends with 0 when a cause was found, 4 when none is known, 2 when there is nothing to read.',
  ].join('\n'),
  options: {
    all: { help: 'print every remedy, not only the best three' },
    json: { help: 'print all that is known as JSON, first cause first' },
    image: { value: 'DIR', help: 'look at the image that the log is about, too' },
    ...TRUST_OPTION,
  },
  examples: [
    'crac explain ./image',
    'crac explain ./image/dump4.log',
    'docker logs app 2>&1 | crac explain',
    'crac explain --json dump.log',
    'crac explain CRIU_PID_TAKEN',
  ],
  async run(values, words) {
    const [word, ...more] = words;
    if (more.length > 0)
      throw new CommandError(
        `one log at a time: ${words.join(' ')}; see \`crac explain --help\``,
        EXIT.usage,
      );
    if (word !== undefined && CODE.test(word)) {
      process.stdout.write(await pageOf(word));
      return EXIT.ok;
    }
    for (const directory of [word, values.image])
      if (directory !== undefined && directory !== '-')
        checkTrust(resolve(directory), values['trust-image-of'], 'crac explain');
    const { name, kind, text } = await readInput(word, values.image);
    const image = values.image ?? (kind === 'directory' ? word : undefined);
    // Whoever names an image of ours has used crac; an image of CRIU alone has no restore.conf.
    const found = diagnose(text, image !== undefined && isOurs(image) ? { speaker: 'crac' } : {});
    const named = nameHolders(found.findings, text, image);
    const diagnosis = { ...found, findings: image === undefined ? named : withImage(named, image) };
    process.stdout.write(
      values.json
        ? `${printableJson(toJson(diagnosis), 2)}\n`
        : formatDiagnosis(diagnosis, name, painter(), values.all === true),
    );
    return diagnosis.isKnown ? EXIT.ok : EXIT.unknown;
  },
});

/**
 * Tells whether a directory is ours: a failed checkpoint of ours leaves the log alone, under the name that the guide's
 * readers know.
 */
const isOurs = (image: string): boolean => ours().some((name) => existsSync(join(image, name)));

/**
 * Writes a diagnosis as JSON. Not known is not empty: the first error line, and what the text says of itself, are there
 * in any case.
 */
const toJson = ({ findings, first, isKnown, worked, facts }: Diagnosis) => ({
  findings,
  known: isKnown,
  worked,
  ...(first && { first }),
  ...facts,
});
