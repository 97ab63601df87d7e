import { CATALOGUE } from './catalogue/index.ts';
import type { Entry, Phase, Remedy, Where } from './entry.ts';
import { readable } from './template.ts';

const PHASES: Record<Phase, string> = {
  checkpoint: 'checkpoint',
  restore: 'restore',
  start: 'before either',
  both: 'checkpoint and restore',
};

export const WHERE: Record<Where, string> = {
  crac: 'crac',
  criu: 'plain CRIU',
  container: 'containers',
  java: 'Java',
  machine: 'the machine',
  program: 'the program',
};

const anchor = (code: string): string => code.toLowerCase();

const FAMILIES: readonly [prefix: string, title: string][] = [
  ['CRAC_', 'Images and the crac command'],
  ['CRIU_', 'The engine (CRIU)'],
  ['JAVA_', 'Java'],
  ['', 'Container runtimes and servers'],
];

const byCode = (a: Entry, b: Entry): number => (a.code < b.code ? -1 : 1);

function remedy({ what, where, command, cost }: Remedy, index: number): string {
  return [
    `${index + 1}. *${WHERE[where]}*: ${readable(what)}.${cost ? ` Cost: ${readable(cost)}.` : ''}`,
    ...(command
      ? [
          '',
          '   ```sh',
          ...readable(command)
            .split('\n')
            .map((line) => `   ${line}`),
          '   ```',
        ]
      : []),
  ].join('\n');
}

function section(entry: Entry): string {
  return [
    `### ${entry.code}`,
    '',
    `**${entry.title}** (${PHASES[entry.phase]})`,
    '',
    `What it means: ${readable(entry.cause)}`,
    '',
    'How to solve it, best first:',
    '',
    ...entry.remedies.map(remedy),
    '',
    'How it looks:',
    '',
    '```text',
    entry.samples.join('\n\n'),
    '```',
    '',
  ].join('\n');
}

/** docs/errors.md, whole. */
export function errorsPage(): string {
  const families = FAMILIES.map(([prefix, title], index) => {
    const earlier = FAMILIES.slice(0, index).map(([other]) => other);
    const entries = CATALOGUE.filter(
      ({ code }) => code.startsWith(prefix) && !earlier.some((other) => code.startsWith(other)),
    );
    return { title, entries: [...entries].sort(byCode) };
  });
  return [
    '<!-- Made by scripts/errors-page.mjs from src/diagnosis/catalogue: do not edit. -->',
    '# Errors, what they mean and how to solve them',
    '',
    'These are the failures that `crac explain` knows. Give it a log, an image directory or console output:',
    '',
    '```sh',
    'crac explain ./image',
    'crac explain dump4.log',
    'docker logs app 2>&1 | crac explain',
    '```',
    '',
    'It ends with 0 when it has found a cause, and with 4 when it knows none. `--json` prints the findings for programs.',
    'Line numbers in the samples change with each version of CRIU and are never looked at.',
    '',
    ...families.flatMap(({ title, entries }) => [
      `## ${title}`,
      '',
      '| code | when | what it means |',
      '|---|---|---|',
      ...entries.map(
        ({ code, phase, title: name }) => `| [${code}](#${anchor(code)}) | ${PHASES[phase]} | ${name} |`,
      ),
      '',
      ...entries.map(section),
    ]),
  ].join('\n');
}
