import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/crac.ts';

/** Words by which a message says what to do: a command, an option, or a sentence that asks for something. */
const REMEDY =
  /crac |--[a-z]|;\s|: (?:give|name|use|set|make|write|free|start|choose|run|put|install|expected)\b|\b(?:Start|Make|Give|Use|Name|Set|Run|Take|Remove|Choose|See|Look|Install|Restore|Close|Stop|Try|Copy|Go|It must)\b|instead|expected /;

/** Messages whose remedy stands elsewhere, by a piece of their source, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'nativePartSays(': 'the function ends in the command that builds the native part',
  'describeErrors(': 'each of the errors that it prints says what to do',
  'hasGivenUp, EXIT.failed': 'givenUp says it',
  'text, EXIT.failed, { cause: error }': 'the report of members, whose errors say it',
  'message, said.exitCode': 'the message of an error that is passed on',
  'message, error.exitCode': 'the message of an error that is passed on',
  'text, error.exitCode': 'the message of an error that is passed on',
  '(error as Error).message, exitCode': 'the message of an error that is passed on',
  '(error as Error).message, EXIT': 'the message of an error that is passed on',
  'error.message.replaceAll(partial, reference)': 'the message of an error that is passed on',
  'reason, whatHelps(reason)': 'the function says it',
  'refusal.reason, message': 'noEngine says it',
  'otherEngine, EXIT.failed': 'the engines that call it say it',
  'notHere(first, needs)': 'the function says it',
  '${reference} ${why}': 'the reason is added there',
  'error.message.replaceAll(path, image)': 'the message of an error that is passed on',
  'after the restore, ${error.message}': 'the message of an error that is passed on',
  '${error.message}${otherProtocol(error)}': 'the message of an error that is passed on',
  'WITHOUT_KEYS]': 'the constant says it',
  'WITHOUT_KEYS}': 'the constant says it',
  'WITHOUT].join': 'the constant says it',
  'whoEnded(this.writer)': 'the program goes on; who ended that process knows why',
  'whoEnded(number)': 'the program goes on; who ended that process knows why',
  'SILENT, EXIT.timeout': 'the constant says it',
  'cannot ${doing}:': 'a system error that no advice is known for',
  'advice.replaceAll': 'the advice is added there',
  'goes with ${theirs': 'the right combination is the remedy',
  '${from}, line ${number}:': 'what is expected there is named',
  'working directory ${path}:': 'the option and its path are named',
  'cannot read ${word}:': 'the reason names what is wrong with the word that was typed',
  'await describeProblems(': 'each problem says what to do',
  'await dumpFailure(': 'ends in the diagnosis of the engine’s log',
  'unreachable(parent': 'the function says it',
  'cannot start ${launch.node}:': 'the path of Node is named, which the caller chose',
  'cannot read the key ${path}:': 'the path is named, which the caller chose',
  '${image} holds no image: ${advice}': 'the advice is added there',
  'no image at ${image}:': 'the reason is added there',
  '${image} ${why}': 'the reason is added there',
  'refusal(image, problems)': 'the function says it',
  '${image}: ${(error as Error).message}': 'a system error with the path',
  'foreign(image': 'the function says it',
  'open(image, path': 'the function says it',
  '${option} ${word}: ${why}': 'the reason says what is expected',
  'did not answer ${nameOf(probe)}': 'the copy’s own output follows',
  "text.slice('crac: '.length)": 'a message of crac itself that is passed on',
  'the program ended ${WHILE': 'the program’s own output follows',
  'the image cannot be restored:': 'the restore’s own message follows',
  '${path}: ${(cause as Error).message}': 'a file of the application that is named',
  '${option} ${file}:': 'the option and the path are named',
  'the warm-up script ${script} ended': 'the script’s own output follows',
  'complaint(client': 'the function says it',
  'text, pid !== undefined': 'strace’s own words, with the option that is missing',
};

interface Said {
  at: string;
  source: string;
}

/** On one line; a command on a line of its own counts as what to do. */
const readable = (source: string): string =>
  source.replaceAll('\\n  ', '; ').replaceAll('\\n', ' ').replace(/\s+/g, ' ').trim();

/** The arguments of a call, up to its closing bracket. */
function argumentsAt(source: string, begin: number): string {
  let depth = 0;
  for (let at = begin; at < source.length; at++) {
    if (source[at] === '(') depth++;
    if (source[at] === ')' && --depth === 0) return readable(source.slice(begin + 1, at));
  }
  throw new Error('a call without an end');
}

const CALL = /new (?:CommandError|NotWrittenError)\(/g;

const SAID: Said[] = readdirSync(join(ROOT, 'src/command'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const source = readFileSync(join(ROOT, 'src/command', file), 'utf8');
    return [...source.matchAll(CALL)].map(({ index, 0: call }) => ({
      at: `${file}:${source.slice(0, index).split('\n').length}`,
      source: argumentsAt(source, index + call.length - 1),
    }));
  });

test('every failure of a command says what to do, or is listed with where that is said', () => {
  expect(SAID.length).toBeGreaterThan(100);
  const silent = SAID.filter(
    ({ source }) => !REMEDY.test(source) && !Object.keys(ELSEWHERE).some((piece) => source.includes(piece)),
  );
  expect(silent).toEqual([]);
});

test('the list has nothing that is gone', () => {
  const unused = Object.keys(ELSEWHERE).filter((piece) => !SAID.some(({ source }) => source.includes(piece)));
  expect(unused).toEqual([]);
});
