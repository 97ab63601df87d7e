import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import type { Finding } from '../diagnosis/entry.ts';
import { diagnose } from '../diagnosis/explain-text.ts';
import { formatDiagnosis } from '../diagnosis/format.ts';
import { nameHolders } from '../diagnosis/pid-holder.ts';
import { readInput } from '../diagnosis/read-input.ts';
import { command } from './options.ts';
import { painter } from './paint.ts';

/** Commands with the image's path where the catalogue has only a word for it. */
const withImage = (findings: Finding[], image: string): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    remedies: finding.remedies.map(({ command, ...rest }) => ({
      ...rest,
      ...(command !== undefined && { command: command.replace(/(?<!:)\bIMAGE\b/g, () => shellWord(image)) }),
    })),
  }));

const shellWord = (path: string): string =>
  /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

export default command({
  name: 'explain',
  summary: 'say why a checkpoint or a restore failed, and what to do',
  usage: 'crac explain [FILE|DIR|-] [--json]',
  description: [
    "Reads an engine's log (of any version of CRIU), an image directory, or console output with such lines in it",
    '(Docker, podman, containerd, crun, runc, Kubernetes, Open Liberty, Java with CRaC), and says the cause and what',
    'mends it. Without a name, or with -, it reads standard input.',
    '',
    'Ends with 0 when a cause was found, 4 when none is known, 2 when there is nothing to read.',
  ].join('\n'),
  options: {
    json: { help: 'print the findings as JSON, first cause first' },
    image: { value: 'DIR', help: 'look at the image that the log is about, too' },
  },
  examples: [
    'crac explain ./image',
    'crac explain ./image/dump4.log',
    'docker logs app 2>&1 | crac explain',
    'crac explain --json dump.log',
  ],
  async run(values, words) {
    const [word, ...more] = words;
    if (more.length > 0)
      throw new CommandError(
        `one log at a time: ${words.join(' ')}; see \`crac explain --help\``,
        EXIT.usage,
      );
    const { name, kind, text } = await readInput(word, values.image);
    const found = diagnose(text);
    const image = values.image ?? (kind === 'directory' ? word : undefined);
    const named = nameHolders(found.findings, text, image);
    const diagnosis = { ...found, findings: image === undefined ? named : withImage(named, image) };
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ findings: diagnosis.findings }, undefined, 2)}\n`
        : formatDiagnosis(diagnosis, name, painter()),
    );
    return diagnosis.findings.length > 0 ? EXIT.ok : EXIT.unknown;
  },
});
