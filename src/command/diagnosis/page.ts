import { CATALOGUE } from './catalogue/index.ts';
import type { Entry, Phase, Remedy, Tell } from './entry.ts';
import { readable } from './template.ts';
import { WHERE } from './where.ts';

const PHASES: Record<Phase, string> = {
  checkpoint: 'checkpoint',
  restore: 'restore',
  start: 'before either',
  both: 'checkpoint and restore',
};

const anchor = (code: string): string => code.toLowerCase();

const FAMILIES: readonly [prefix: string, title: string][] = [
  ['CRAC_', 'Images and the crac command'],
  ['CRIU_', 'The engine (CRIU)'],
  ['JAVA_', 'Java'],
  ['', 'Container runtimes and servers'],
];

const byCode = (a: Entry, b: Entry): number => (a.code < b.code ? -1 : 1);

/** Writes a command as a block of code below an item of a list. */
const fenced = (command: string | undefined, indent: string): string[] =>
  command === undefined
    ? []
    : ['', ...['```sh', ...readable(command).split('\n'), '```'].map((line) => indent + line)];

function remedy({ what, where, command, cost }: Remedy, index: number): string {
  return [
    `${index + 1}. *${WHERE[where]}*: ${readable(what)}.${cost ? ` Cost: ${readable(cost)}.` : ''}`,
    ...fenced(command, '   '),
  ].join('\n');
}

const tell = ({ what, command }: Tell): string =>
  [`- ${readable(what)}${command ? ':' : '.'}`, ...fenced(command, '  ')].join('\n');

/** A failure that a test makes happen for real. */
export interface Case {
  code: string;
  how: string;
  /** The part of the remedy that is then applied as printed, after which the same thing works. */
  by: string | undefined;
}

const count = (cases: readonly Case[]): number => new Set(cases.map(({ code }) => code)).size;

/** Puts into backticks what has to be typed, and leaves what is a sentence in plain words. */
const applied = (by: string): string => {
  const text = by.trim().replaceAll('|', '\\|');
  return /^[A-Z][a-z]+ |^(?:it|write|end|mount|bring) /.test(by) ? text : `\`${text}\``;
};

function proof(cases: readonly Case[]): string[] {
  const sorted = [...cases].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
  const mended = cases.filter(({ by }) => by !== undefined);
  return [
    '## What the tests make happen',
    '',
    `There are ${CATALOGUE.length} entries. The tests make ${count(cases)} of them happen for real, in ${cases.length} ways;`,
    `in ${mended.length} of these (${count(mended)} entries) the printed remedy is then applied, and the same thing works: a command is run`,
    'as printed; what a sentence or a setting of a container says is done by the test (test/command/diagnosis/mended). The other entries have samples of the lines only.',
    '',
    '| code | how it is made to happen | the printed remedy that is applied |',
    '|---|---|---|',
    ...sorted.map(
      ({ code, how, by }) =>
        `| [${code}](#${anchor(code)}) | ${how} | ${by === undefined ? '' : applied(by)} |`,
    ),
    '',
  ];
}

/** Writes the page of one code, in Markdown. */
export function section(entry: Entry): string {
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
    ...(entry.tells ? ['What would tell more:', '', ...entry.tells.map(tell), ''] : []),
    'How it looks:',
    '',
    '```text',
    entry.samples.join('\n\n'),
    '```',
    '',
  ].join('\n');
}

/** Writes docs/errors.md, whole. */
export function errorsPage(cases: readonly Case[]): string {
  const families = FAMILIES.map(([prefix, title], index) => {
    const earlier = FAMILIES.slice(0, index).map(([other]) => other);
    const entries = CATALOGUE.filter(
      ({ code }) => code.startsWith(prefix) && !earlier.some((other) => code.startsWith(other)),
    );
    return { title, entries: [...entries].sort(byCode) };
  });
  return [
    '<!-- Made by scripts/errors-page.mjs from src/command/diagnosis/catalogue: do not edit. -->',
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
    'A log may have been through other hands: prefixes and JSON records of Docker, Kubernetes, journald, syslog and loggers',
    'of Java, lines in pieces (the CRI, Docker, a narrow terminal), colours, other line ends, UTF-16, and signs of web pages',
    'are taken off first. Runs whose lines stand mixed are told apart by who printed them or by their clocks. Of a log of',
    'more than 32 MiB the first and the last 16 MiB are read whole, and between them the lines that may tell of a failure',
    '(up to 8 MiB); 100 MB take some seconds. Of one line 8192 characters are looked at.',
    '',
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
    ...proof(cases),
  ].join('\n');
}
