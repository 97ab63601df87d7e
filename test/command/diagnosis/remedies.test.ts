import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import type { Entry } from '../../../src/command/diagnosis/entry.ts';
import { fillCommand } from '../../../src/command/diagnosis/shell-template.ts';
import { placeholders } from '../../../src/command/diagnosis/template.ts';

/** Settings of a file or lines of a program, which are not typed into a shell. */
const SETTING = /^(?:\w+\.\w+\(|getGlobalContext|type: |import |const |process\.|await )/;

/** What a text could bring that a shell would take for its own. */
const NASTY = 'a b\'c"d$(touch /nowhere/x)`e`;f';

const COMMANDS = CATALOGUE.flatMap((entry) =>
  [...entry.remedies, ...(entry.tells ?? [])].flatMap(({ command }) =>
    command === undefined || SETTING.test(command) ? [] : [{ entry, code: entry.code, command }],
  ),
);

/** A group that takes digits only brings nothing else. */
const isNumber = ({ signatures, near = [] }: Entry, name: string): boolean =>
  [...signatures.map(({ text }) => text), ...near].every(({ source }) =>
    [...source.matchAll(new RegExp(`\\(\\?<${name}\\d*>`, 'g'))].every(({ index, 0: begin }) =>
      /^(?:-\?)?(?:\\d|\[0-7\])\+\)/.test(source.slice(index + begin.length)),
    ),
  );

const filled = (entry: Entry, command: string, value: string | undefined): string =>
  fillCommand(
    command,
    Object.fromEntries(
      placeholders(command).map((name) => [name, value !== undefined && isNumber(entry, name) ? '7' : value]),
    ),
  );

// What only stands for something else is typed by nobody: `…` and `…` at the end of a line.
const typed = (command: string): string => command.replaceAll('…', 'x');

/** Reads scripts, each ended by a zero byte, and carries out none of them; says the numbers of those it cannot parse. */
const PARSER = `
PATH=/nonexistent
number=0
while IFS= read -r -d '' script; do
  said=$(eval "set -n
$script" 2>&1) && [ -z "$said" ] || echo $number
  number=$((number + 1))
done
echo end of $number
`;

/** @returns those that a shell does not take for a script, or takes with a warning */
function notForShells(scripts: string[]): string[] {
  const { stdout } = spawnSync('bash', ['-c', PARSER], {
    input: scripts.map((script) => `${script}\0`).join(''),
    encoding: 'utf8',
  });
  const said = stdout.trim().split('\n');
  expect(said.pop()).toBe(`end of ${scripts.length}`);
  return said.map((number) => scripts[Number(number)] as string);
}

test('every command of the catalogue is one for a shell, whatever the values in it are', () => {
  const scripts = COMMANDS.flatMap(({ entry, code, command }) =>
    [undefined, '7', NASTY].map((value) => ({ code, script: typed(filled(entry, command, value)) })),
  );
  const wrong = notForShells([...new Set(scripts.map(({ script }) => script))]);
  expect(scripts.filter(({ script }) => wrong.includes(script))).toEqual([]);
});

test('what is none is found, wherever it stands, and nothing is carried out', () => {
  const good = ['echo a', "cat <<'x'\na\nx", 'touch /tmp/never; exit 3', 'f() { exit; }; f'];
  const bad = ["echo 'a", 'if true; then', 'echo $(', 'cat <<x\na', ')'];
  expect(notForShells(bad.flatMap((script, index) => [good[index] ?? 'true', script]))).toEqual(bad);
});

/** Tools whose help lists the options of a subcommand; those that are not installed are named and skipped. */
const TOOLS: readonly (readonly [tool: string, ...subcommand: string[]])[] = [
  ['podman', 'container', 'checkpoint'],
  ['podman', 'container', 'restore'],
  ['podman', 'pod', 'create'],
  ['podman', 'run'],
  ['runc', 'checkpoint'],
  ['runc', 'restore'],
  ['crun', 'checkpoint'],
  ['crun', 'restore'],
  ['docker', 'checkpoint', 'create'],
  ['docker', 'start'],
  ['docker', 'run'],
  ['ctr', 'containers', 'checkpoint'],
  ['ctr', 'containers', 'restore'],
];

const helpOf = (tool: string, subcommand: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync(tool, [...subcommand, '--help'], { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : '';
};

const LINES = COMMANDS.flatMap(({ entry, code, command }) =>
  typed(filled(entry, command, undefined))
    .replaceAll('\\\n', ' ')
    .replace(/\$\([^)]*\)/g, 'x') // has options of its own
    .split('\n')
    .map((line) => ({ code, line })),
);

/** What a newer release than that of the distribution has; the remedy says since which. */
const NEWER: readonly string[] = ['podman container restore --tcp-close'];

/** Options that stand after the subcommand, and before what belongs to the program in the container. */
const optionsIn = (line: string): string[] =>
  [...line.matchAll(/ (--[a-z][\w-]*)/g)].map(([, name]) => name as string);

test.for(TOOLS.map((tool) => ({ tool })))(
  '$tool: long options exist',
  ({ tool: [tool, ...subcommand] }, context) => {
    const help = helpOf(tool, subcommand);
    if (help === '')
      context.skip(`${tool} ${subcommand.join(' ')} is not here, so its options are not compared`);
    const words = new RegExp(`\\b${tool}(?: --[\\w-]+ \\S+)* ${subcommand.join(' ')}\\b(?<rest>[^|;&]*)`);
    const wrong = LINES.flatMap(({ code, line }) =>
      optionsIn(line.match(words)?.groups?.rest ?? '')
        .filter((option) => option !== '--help' && !NEWER.includes([tool, ...subcommand, option].join(' ')))
        .filter((option) => !new RegExp(`${option}\\b`).test(help))
        .map((option) => ({ code, option })),
    );
    expect(wrong).toEqual([]);
  },
);
