import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { formatDuration } from '../cli/format.ts';
import { askAll, type Compared } from './answers.ts';
import { Client, isGood } from './client.ts';
import type { BuildContext } from './context.ts';
import { differentAnswers } from './failures.ts';
import type { Made } from './make.ts';
import type { ReadyWhen } from './options.ts';
import type { Program } from './program.ts';
import { becomesReady, type Readiness } from './readiness.ts';
import { get, nameOf } from './requests.ts';
import type { Trial } from './trial.ts';

/** Seconds for a program that nobody has said how to wait for. */
const SOON = 5;

/**
 * The trial of a program that made its own checkpoint: it may come to its server only now, and there are no earlier
 * answers.
 */
export async function tryOwn(context: BuildContext, copy: Program, made: Made): Promise<Trial> {
  const { options, progress, signal } = context;
  const ready = await readiness(context, copy, made);
  const { requests } = options.warm;
  const { url } = options.ready;
  const probe = url
    ? get(url.href)
    : (requests.find(({ method }) => method === 'GET') ?? (ready.base && get('/')));
  if (!probe || !(url || ready.base)) {
    progress.done(`restored: ${ready.by}`);
    return { restored: undefined, probe: undefined, compared: [] };
  }
  const client = new Client(ready.base, signal);
  try {
    await copy.whileRunning(client.ask(probe));
    const restored = performance.now() - copy.began;
    progress.done(`restored: ${ready.by}; first answer after ${formatDuration(restored)}`);
    const all = await copy.whileRunning(askAll(client, requests));
    const bad = requests.flatMap((request, index): Compared[] => {
      const answer = all[index];
      if (!answer || isGood(request, answer)) return [];
      const { status } = answer;
      return [{ request: nameOf(request), status, result: 'different', note: `answered ${status}` }];
    });
    if (bad.length > 0) throw differentAnswers(bad);
    return { restored, probe, compared: [] };
  } finally {
    client.close();
  }
}

/** What it said before the checkpoint it does not say again. */
async function readiness({ options, signal }: BuildContext, copy: Program, made: Made): Promise<Readiness> {
  const { url, line, timeout } = options.ready;
  const named = url !== undefined || (line !== undefined && !made.lineSeen);
  const when: ReadyWhen = {
    ...(url && { url }),
    ...(line && !made.lineSeen && { line }),
    api: false,
    timeout: named ? timeout : Math.min(timeout, SOON),
  };
  try {
    return await copy.whileRunning(becomesReady(copy, when, signal));
  } catch (error) {
    if (named || !(error instanceof CommandError && error.exitCode === EXIT.timeout)) throw error;
    return { by: 'it runs on, and listens on no TCP port', base: undefined };
  }
}
