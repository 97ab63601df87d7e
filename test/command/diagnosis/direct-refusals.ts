import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../../../src/command/diagnosis/entry.ts';
import { ROOT } from '../../support/crac.ts';

/** A message that the engine direct can end a checkpoint or a restore with. */
export interface Refusal {
  /** The file that says it. */
  file: string;
  /** The message as crac prints it, with values that could stand in it. */
  line: string;
  /** The phases that it can belong to. */
  phases: readonly Phase[];
}

const LITERALS = /^((?:\s*(?:"(?:[^"\\]|\\.)*"|DIRECT_IMAGE|PAGE_FILE_NAME|NO_PROCESS))+)/;

/** Names of C that stand for a piece of text between literals. */
const NAMED: Readonly<Record<string, string>> = Object.fromEntries(
  ['native/engines/direct/format.h', 'native/base/say.h'].flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^#define (\w+) ("[^"]*")/gm)].map(
      ([, name, text]) => [name as string, text as string],
    ),
  ),
);

const textOf = (literals: string): string =>
  literals
    .replace(/\b[A-Z_]{5,}\b(?=(?:[^"]*"[^"]*")*[^"]*$)/g, (name) => NAMED[name] ?? name)
    .replace(/"\s*"/g, '')
    .trim()
    .slice(1, -1)
    .replaceAll('\\n', '\n');

/** Puts values where a format has them. */
const filled = (format: string): string =>
  format
    .replace(/%s: %s(?=[;.])/g, '/srv/image: Out of memory')
    .replace(/: %s(?=[.;]|$)/g, ': No such file or directory')
    .replace(/\(%s\)/g, '(Out of memory)')
    .replace(/%s/g, '/srv/image')
    .replace(/%l{0,2}[du]/g, '64');

/** Splits the arguments of a call at its commas, from the one after the opening parenthesis. */
function argumentsAt(source: string, from: number): string[] {
  const found = [''];
  let depth = 0;
  let quoted = false;
  for (let i = from; i < source.length; i++) {
    const char = source[i] as string;
    if (char === '"' && source[i - 1] !== '\\') quoted = !quoted;
    if (!quoted && char === ')' && depth === 0) break;
    if (!quoted && '([{'.includes(char)) depth++;
    if (!quoted && ')]}'.includes(char)) depth--;
    if (!quoted && depth === 0 && char === ',') found.push('');
    else found[found.length - 1] += char;
  }
  return found.map((one) => one.trim());
}

/** The calls by which a message leaves: the position of its text, and how the rest is printed. */
const CALLS: Readonly<Record<string, { text: number; print(text: string, rest: string[]): string }>> = {
  refuse: { text: 0, print: (text, [name, error]) => `${text}${nameOf(name)}${errorOf(error)}` },
  refuse_mapping: { text: 0, print: (text) => `${text} /dev/shm/x` },
  refuse_number: { text: 0, print: (text, [, then]) => `${text}64${textOf(then ?? '""')}` },
  die_restored: { text: 1, print: (text, [name, error]) => `${text}${nameOf(name)}${errorOf(error)}` },
  need: { text: 1, print: (text) => `${text}: EACCES (permission denied)` },
  fail: { text: 1, print: (text, [name, error]) => `${text}${nameOf(name)}${errorOf(error)}` },
  die: { text: 1, print: (text) => filled(text) },
  die_damaged: {
    text: 1,
    print: (text) => `/srv/image/direct.img cannot be used: ${text}. The image is damaged: copy it anew`,
  },
};

const nameOf = (name: string | undefined): string =>
  name === undefined || name === 'NULL' || name === '0'
    ? ''
    : ` ${name.startsWith('"') ? textOf(name) : (NAMED[name]?.slice(1, -1) ?? '/srv/x')}`;
const errorOf = (error: string | undefined): string =>
  error === undefined || error === '0' ? '' : ': EACCES (permission denied)';

function filesBelow(directory: string, suffix: RegExp): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => suffix.test(file))
    .map((file) => join(directory, file))
    .sort();
}

/** Lists what the native part says. */
export function nativeRefusals(): Refusal[] {
  const names = Object.keys(CALLS).join('|');
  return filesBelow('native/engines/direct', /\.[ch]$/).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return [...source.matchAll(new RegExp(`\\b(${names})\\(`, 'g'))].flatMap((call) => {
      const { text: at, print } = CALLS[call[1] as string] as (typeof CALLS)[string];
      const given = argumentsAt(source, call.index + call[0].length);
      const [literals] = given[at]?.match(LITERALS) ?? [];
      if (literals === undefined) return []; // its own definition, or a text that a caller gives
      const isDump = (call[1] as string).startsWith('refuse');
      return [
        {
          file,
          line: `crac: ${print(textOf(literals), given.slice(at + 1))}`,
          phases: isDump ? ['checkpoint', 'both'] : ['restore', 'start', 'both'],
        },
      ];
    });
  });
}

/** Lists what the command says of this engine. */
export function commandRefusals(): Refusal[] {
  return filesBelow('src/command/engines/direct', /\.ts$/).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return [...source.matchAll(/new (?:Command|Engine|NoEngine)Error\(\s*(['"`])((?:(?!\1).)+)\1/gs)].map(
      ([, , text]) => ({
        file,
        phases: ['checkpoint', 'start', 'both'],
        line: `crac: ${(text as string)
          .replaceAll('\\n', '\n')
          .replace(/\$\{pid\}/, '4711')
          .replace(/\$\{startedAt[^}]*\}/, '')
          .replace(/\$\{wrong\}/, 'is not built here')
          .replace(/\$\{[^}]*\}/g, '/srv/x')}`,
      }),
    );
  });
}
