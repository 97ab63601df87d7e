import { setTimeout as pause } from 'node:timers/promises';
import { formatDuration } from '../base/format.ts';
import { engineNamed } from '../engines/registry.ts';
import type { Observed } from '../uniqueness/find.ts';
import { askAll, type Compared, compare, observed } from './answers.ts';
import { Client } from './client.ts';
import type { BuildContext } from './context.ts';
import { firstAnswer, isRestored, withCopy } from './copy.ts';
import { differentAnswers, unanswered } from './failures.ts';
import type { Made } from './make.ts';
import { tryOwn } from './own-trial.ts';
import type { Program } from './program.ts';
import type { WarmRequest } from './requests.ts';

export interface Trial {
  /** The time in milliseconds from `crac restore` to the first answer. */
  restored: number | undefined;
  /** The request that was timed. */
  probe: WarmRequest | undefined;
  compared: Compared[];
  /** The answers of the copy and what it was asked, to be compared with another copy. */
  observed: Observed[];
}

/** The time in milliseconds that a restored program without a server must last. */
const LASTS = 1000;

/**
 * Restores the image and asks the program what it was asked before.
 *
 * @throws CommandError when it cannot be restored, ends, or answers otherwise
 */
export function tryImage(context: BuildContext, made: Made): Promise<Trial> {
  const { options, place, progress, signal } = context;
  progress.begin('restore', 'restoring it once');
  return withCopy(
    { image: place.untried, output: options.output, signal },
    (copy, either) => {
      const given = { ...context, signal: either };
      if (made.by === 'program') return tryOwn(given, copy, made);
      return made.probe ? tryServer(given, copy, made) : tryOther(given, copy);
    },
    // A program without a server may have done its work.
    ({ end }, copy) =>
      end.code === 0 && !made.probe && made.by === 'build' ? finished(context, copy) : undefined,
  );
}

async function tryServer(context: BuildContext, copy: Program, made: Made): Promise<Trial> {
  const { options, progress, signal } = context;
  const probe = made.probe as WarmRequest;
  const client = new Client(made.base, signal);
  try {
    await firstAnswer(client, probe, copy, options.ready.timeout);
    const restored = performance.now() - copy.began;
    progress.done(`restored: first answer after ${formatDuration(restored)}`);
    await learn(context, copy);
    if (options.compare === 'nothing') return { restored, probe, compared: [], observed: [] };
    progress.begin('compare', 'comparing its answers');
    const requests = made.samples.map(({ request }) => request);
    const after = await askAll(client, requests);
    const compared = compare(made.samples, after, options.compare === 'status');
    const different = compared.filter(({ result }) => result === 'different');
    if (different.length > 0) throw differentAnswers(different);
    const noted = compared.filter(({ note }) => note).map(({ request, note }) => `; ${request}: ${note}`);
    progress.done(
      `compared: ${compared.length} of ${compared.length} answers are as before${noted.join('')}`,
    );
    const again = await askAll(client, requests);
    return { restored, probe, compared, observed: observed(requests, after, again) };
  } catch (error) {
    throw unanswered(copy, error);
  } finally {
    client.close();
  }
}

/** Has the engine note what this copy, which has just answered, shows about all others. */
export async function learn({ place }: BuildContext, { record }: Program): Promise<void> {
  if (record) await engineNamed(record.engine).learn?.(place.untried, record);
}

/** Tries a copy without a server, which cannot be asked anything. */
async function tryOther({ options, progress, signal }: BuildContext, copy: Program): Promise<Trial> {
  const restored = await runsOn(copy, options.ready.timeout, signal);
  progress.done(`restored in ${formatDuration(restored)}, and it runs on`);
  return { restored: undefined, probe: undefined, compared: [], observed: [printed(copy)] };
}

/** @returns the milliseconds that the restore has taken */
export async function runsOn(copy: Program, seconds: number, signal: AbortSignal): Promise<number> {
  await isRestored(copy, seconds, signal);
  const restored = performance.now() - copy.began;
  await pause(LASTS, undefined, { signal });
  return restored;
}

/** Takes what a program prints as its answers, where it answers nobody. */
export const printed = (copy: Program): Observed => printedBefore(copy.output.text());

export const printedBefore = (text: string): Observed => ({
  request: 'its output',
  rounds: [{ status: 0, headers: [], body: Buffer.from(text) }],
});

function finished({ progress }: BuildContext, copy: Program): Trial {
  progress.done('restored: the program did its work and ended with exit code 0');
  return { restored: undefined, probe: undefined, compared: [], observed: [printed(copy)] };
}
