import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { formatDuration } from '../cli/format.ts';
import { askAll, type Compared, compare } from './answers.ts';
import { Client, NoAnswerError } from './client.ts';
import type { BuildContext } from './context.ts';
import { differentAnswers, restoreFailed } from './failures.ts';
import type { Made } from './make.ts';
import { tryOwn } from './own-trial.ts';
import { Program, ProgramEnded } from './program.ts';
import { nameOf, type WarmRequest } from './requests.ts';

export interface Trial {
  /** Milliseconds from `crac restore` to the first answer. */
  restored: number | undefined;
  /** The request that was timed. */
  probe: WarmRequest | undefined;
  compared: Compared[];
}

/** How long a restored program without a server must last, milliseconds. */
const LASTS = 1000;

/**
 * Restores the image once and asks the program what it was asked before.
 *
 * @throws CommandError when it cannot be restored, ends, or answers otherwise
 */
export async function tryImage(context: BuildContext, made: Made): Promise<Trial> {
  const { place, progress, signal } = context;
  progress.begin('restore', 'restoring it once');
  const copy = Program.restore(place.untried);
  if (context.options.output) copy.output.follow(context.options.output);
  const over = new AbortController();
  const given = { ...context, signal: AbortSignal.any([signal, over.signal]) };
  try {
    if (made.by === 'program') return await tryOwn(given, copy, made);
    return await copy.whileRunning(made.probe ? tryServer(given, copy, made) : tryOther(given, copy));
  } catch (error) {
    signal.throwIfAborted();
    // A program without a server may have done its work.
    if (error instanceof ProgramEnded && error.end.code === 0 && !made.probe) return finished(context);
    if (error instanceof ProgramEnded) throw restoreFailed(copy, error.end);
    throw error;
  } finally {
    over.abort();
    // At once: an orderly end could take away what the next copy needs, such as a socket's or a temporary file.
    await copy.kill();
  }
}

async function tryServer(context: BuildContext, copy: Program, made: Made): Promise<Trial> {
  const { options, progress, signal } = context;
  const probe = made.probe as WarmRequest;
  const client = new Client(made.base, signal);
  try {
    await answers(context, client, probe, copy);
    const restored = performance.now() - copy.began;
    progress.done(`restored: first answer after ${formatDuration(restored)}`);
    if (options.compare === 'nothing') return { restored, probe, compared: [] };
    progress.begin('compare', 'comparing its answers');
    const after = await askAll(
      client,
      made.samples.map(({ request }) => request),
    );
    const compared = compare(made.samples, after, options.compare === 'status');
    const different = compared.filter(({ result }) => result === 'different');
    if (different.length > 0) throw differentAnswers(different);
    const noted = compared.filter(({ note }) => note).map(({ request, note }) => `; ${request}: ${note}`);
    progress.done(
      `compared: ${compared.length} of ${compared.length} answers are as before${noted.join('')}`,
    );
    return { restored, probe, compared };
  } catch (error) {
    if (error instanceof NoAnswerError)
      throw new CommandError(`after the restore, ${error.message}${copy.output.tail()}`, EXIT.image, {
        cause: error,
      });
    throw error;
  } finally {
    client.close();
  }
}

/** Asks until there is an answer: the port is there before the program runs. */
async function answers(
  { options }: BuildContext,
  client: Client,
  probe: WarmRequest,
  copy: Program,
): Promise<void> {
  for (const until = Date.now() + options.ready.timeout * 1000; ; await pause(1)) {
    try {
      await client.ask(probe);
      return;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      if (Date.now() > until)
        throw new CommandError(
          `the restored program did not answer ${nameOf(probe)} within ${options.ready.timeout} s: ${error.message}${copy.output.tail()}`,
          EXIT.image,
          { cause: error },
        );
    }
  }
}

/** Without a server there is nothing to ask. */
async function tryOther({ progress, signal }: BuildContext, copy: Program): Promise<Trial> {
  while (!copy.isStarted) await pause(2, undefined, { signal });
  const restored = performance.now() - copy.began;
  await pause(LASTS, undefined, { signal });
  progress.done(`restored in ${formatDuration(restored)}, and it runs on`);
  return { restored: undefined, probe: undefined, compared: [] };
}

function finished({ progress }: BuildContext): Trial {
  progress.done('restored: the program did its work and ended with exit code 0');
  return { restored: undefined, probe: undefined, compared: [] };
}
