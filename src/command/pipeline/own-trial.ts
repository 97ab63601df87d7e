import { CommandError, EXIT } from '../base/command-error.ts';
import { formatDuration } from '../base/format.ts';
import { askAll, type Compared, observed } from './answers.ts';
import { type Answer, Client, isGood } from './client.ts';
import type { BuildContext } from './context.ts';
import { isRestored } from './copy.ts';
import { differentAnswers, unanswered } from './failures.ts';
import type { Made } from './make.ts';
import type { BuildOptions, ReadyWhen } from './options.ts';
import type { Program } from './program.ts';
import { becomesReady, type Readiness } from './readiness.ts';
import { get, nameOf, type WarmRequest } from './requests.ts';
import { learn, printed, type Trial } from './trial.ts';

/** The time in seconds for a program that nobody has said how to wait for. */
const SOON = 5;

/**
 * Tries a program that made its own checkpoint: it may come to its server only now, and there are no earlier answers.
 */
export async function tryOwn(context: BuildContext, copy: Program, made: Made): Promise<Trial> {
  const { options, progress, signal } = context;
  const ready = await ownReadiness(context, copy, made);
  const { requests } = options.warm;
  const { url } = options.ready;
  const probe = url
    ? get(url.href)
    : (requests.find(({ method }) => method === 'GET') ?? (ready.base && get('/')));
  if (!probe || !(url || ready.base)) {
    progress.done(`restored: ${ready.by}`);
    return { restored: undefined, probe: undefined, compared: [], observed: [printed(copy)] };
  }
  const client = new Client(ready.base, signal);
  try {
    await client.ask(probe);
    const restored = performance.now() - copy.began;
    progress.done(`restored: ${ready.by}; first answer after ${formatDuration(restored)}`);
    await learn(context, copy);
    const all = await askAll(client, requests);
    const bad = requests.flatMap((request, index): Compared[] => {
      const answer = all[index];
      if (!answer || isGood(request, answer)) return [];
      const { status } = answer;
      return [{ request: nameOf(request), status, result: 'different', note: `answered ${status}` }];
    });
    if (bad.length > 0) throw differentAnswers(bad);
    const rounds: Answer[][] = [];
    const asked = ownRequests(options, probe);
    if (options.compare !== 'nothing')
      for (let round = 0; round < 2; round++) rounds.push(await askAll(client, asked));
    return { restored, probe, compared: [], observed: rounds.length > 0 ? observed(asked, ...rounds) : [] };
  } catch (error) {
    throw unanswered(copy, error);
  } finally {
    client.close();
  }
}

/** Returns what its copies are asked to be compared. */
export const ownRequests = ({ warm }: BuildOptions, probe: WarmRequest): WarmRequest[] =>
  warm.requests.length > 0 ? warm.requests : [probe];

/** Waits for the copy's own sign of readiness: what the program said before the checkpoint it does not say again. */
export async function ownReadiness(
  { options, signal }: BuildContext,
  copy: Program,
  made: Made,
): Promise<Readiness> {
  const { url, line, timeout } = options.ready;
  const named = url !== undefined || (line !== undefined && !made.lineSeen);
  const when: ReadyWhen = {
    ...(url && { url }),
    ...(line && !made.lineSeen && { line }),
    api: false,
    timeout: named ? timeout : Math.min(timeout, SOON),
  };
  await isRestored(copy, timeout, signal); // before, its sockets are the engine's
  try {
    return await becomesReady(copy, when, signal);
  } catch (error) {
    if (named || !(error instanceof CommandError && error.exitCode === EXIT.timeout)) throw error;
    return { by: 'it runs on, and listens on no TCP port', base: undefined };
  }
}
