import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describeErrors } from '../../shared/errors/index.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { engineLogs } from '../engines/registry.ts';
import type { Compared } from './answers.ts';
import { NoAnswerError } from './client.ts';
import type { BuildPlace } from './place.ts';
import { describeEnd, type End, type Program } from './program.ts';

const WHILE: Record<string, string> = {
  ready: 'before it was ready',
  'warm-up': 'during the warm-up',
  answers: 'after the warm-up',
  check: 'while it was checked',
  checkpoint: 'while it was checkpointed',
};

/** Reports a program that ended before there was an image, or a `crac run` that did not start it. */
export function endedEarly(program: Program, end: End, step: string): CommandError {
  const text = program.output.text();
  // What `crac run` has against its command line or this machine this command says in the same words.
  if (text.startsWith('crac: ') && [EXIT.usage, EXIT.engine, EXIT.namespace].includes(end.code as never))
    return new CommandError(text.slice('crac: '.length), end.code as number);
  const hint =
    end.code === 0 && step === 'ready'
      ? '\nA program that does its work and ends needs its own word for when it is to be checkpointed: call checkpointRestore() of node-crac there'
      : '';
  return new CommandError(
    `the program ended ${WHILE[step] ?? 'too early'}: ${describeEnd(end)}${lastWords(program)}${hint}`,
    EXIT.failed,
  );
}

/** Returns the program's last lines, or its error where that is so long that they do not show its beginning. */
function lastWords({ output }: Program): string {
  const tail = output.tail();
  const [, , head = ''] = output.error().split('\n');
  return tail.includes(head) ? tail : output.error();
}

/** Reports the problems of a dry run. */
export function checkpointProblems(error: CommandError): CommandError {
  const [, ...problems] = error.cause === undefined ? [] : describeErrors(error.cause).split('\n');
  const all = problems.join('\n').trim();
  if (all === '') return error;
  return new CommandError(
    // The options have the same names here.
    `the program cannot be checkpointed as it is:\n\n${all.replaceAll('crac run --', 'crac build --')}\n\nNothing was written. To look at all that it has open:\n  crac run --image DIR app.js\n  crac checkpoint DIR --dry-run`,
    error.exitCode,
    { cause: error },
  );
}

/** Reports a failure of the engine; its log goes to where `crac checkpoint` keeps it. */
export async function dumpProblem(
  error: CommandError,
  { untried, image }: BuildPlace,
): Promise<CommandError> {
  for (const log of engineLogs().filter((name) => existsSync(join(untried, name)))) {
    await mkdir(image, { recursive: true, mode: 0o700 });
    await rename(join(untried, log), join(image, log));
  }
  const message = error.message.replaceAll('; the program goes on', '').replaceAll(untried, image);
  return new CommandError(message, error.exitCode, { cause: error });
}

/** Reports a restored program whose answers are others than before. */
export function differentAnswers(different: Compared[]): CommandError {
  const told = different.map(({ request, note }) => `${request}: ${note}`);
  return new CommandError(
    [
      'the restored program answers otherwise than before the checkpoint:',
      ...told,
      'Has it lost state, or a connection that it does not open again? `afterRestore` is the place for that (docs/library.md).\nWhat differs by nature: --ignore-body, or a line # @ignore-body above the request in a --warm-file; --no-compare compares nothing',
    ].join('\n\n'),
    EXIT.image,
  );
}

/**
 * Returns the failure of a restored program that left a request without an answer, with its last lines; any other error
 * as it is.
 */
export const unanswered = (copy: Program, error: unknown): unknown =>
  error instanceof NoAnswerError
    ? new CommandError(`after the restore, ${error.message}${copy.output.tail()}`, EXIT.image, {
        cause: error,
      })
    : error;

/** Reports a restored program that ended. */
export function restoreFailed(copy: Program, end: End): CommandError {
  const own = end.code !== null && end.code >= EXIT.engine && end.code <= EXIT.timeout;
  return new CommandError(
    own
      ? `the image cannot be restored:\n${copy.output.text().replace(/^crac: /, '')}`
      : `the restored program is not well: ${describeEnd(end)}${copy.output.error()}`,
    own ? (end.code as number) : EXIT.image,
  );
}
