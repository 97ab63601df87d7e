import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import { allowed } from '../uniqueness/allow.ts';
import { equalInBoth, type Observed } from '../uniqueness/find.ts';
import { type Finding, isLoud } from '../uniqueness/finding.ts';
import { formatFindings } from '../uniqueness/format.ts';
import { observedBefore } from './answers.ts';
import { askTwice, CLOCKS_DIFFER } from './ask-twice.ts';
import { Client } from './client.ts';
import { compareSent } from './compare.ts';
import type { BuildContext } from './context.ts';
import { firstAnswer, withCopy } from './copy.ts';
import type { Made } from './make.ts';
import { ownReadiness, ownRequests } from './own-trial.ts';
import type { WarmRequest } from './requests.ts';
import { printed, printedBefore, runsOn, type Trial } from './trial.ts';

/** The findings of a build about two copies of its image. */
export interface Copies {
  /** Values that are in both though they vary. */
  equal: Finding[];
  /** Sentences for people: what was not compared, and why. */
  notCompared: string[];
}

/**
 * Restores the image once more, after the first copy has ended, asks the same, and says what both have in common.
 *
 * @throws CommandError with `--strict`, for what should be each copy's own
 */
export async function compareCopies(context: BuildContext, made: Made, first: Trial): Promise<Copies> {
  const { options, progress, signal } = context;
  const notCompared = whatIsNot(context, made, first);
  for (const text of notCompared) progress.done(`two copies, not compared: ${text}`);
  if (options.compare === 'nothing' || first.observed.length === 0) return { equal: [], notCompared };
  progress.begin('copies', 'restoring a second copy');
  await pause(CLOCKS_DIFFER, undefined, { signal });
  let second: Observed[];
  try {
    second = await observeAgain(context, made, first);
  } catch (error) {
    if (signal.aborted || !(error instanceof CommandError)) throw error;
    const text = `a second copy could not be restored after the first; an image that is to be started again and again must be: ${error.message}`;
    if (options.strict) throw new CommandError(text, error.exitCode, { cause: error });
    progress.done(`WARNING: ${text}`);
    return { equal: [], notCompared: [...notCompared, text] };
  }
  const before =
    made.by === 'build' && made.probe ? observedBefore(made.samples) : [printedBefore(made.printed)];
  const isAllowed = allowed(options.allowEqual);
  const sent = options.watchOutgoing ? await sentFindings(context, made, first) : [];
  const equal = [...equalInBoth(before, [first.observed, second]), ...sent].filter(
    (finding) => !isAllowed(finding),
  );
  const text = formatFindings(equal, made.stayed.map(drawnBefore));
  progress.done(text || 'two copies: nothing that varies is equal in both');
  if (options.strict && equal.some(isLoud))
    throw new CommandError(
      'two copies give out the same, and --strict was given: no image was made',
      EXIT.equal,
    );
  return { equal, notCompared };
}

function observeAgain(context: BuildContext, made: Made, { probe }: Trial): Promise<Observed[]> {
  const { options, place, signal } = context;
  return withCopy(
    { image: place.untried, output: options.output, signal },
    async (copy, either): Promise<Observed[]> => {
      const given = { ...context, signal: either };
      const own = made.by === 'program' ? await ownReadiness(given, copy, made) : undefined;
      if (!probe) {
        if (!own) await runsOn(copy, options.ready.timeout, either);
        return [printed(copy)];
      }
      const client = new Client(own ? own.base : made.base, either);
      try {
        await firstAnswer(client, probe, copy, options.ready.timeout);
        return await askTwice(client, own ? ownRequests(options, probe) : requestsOf(made));
      } finally {
        client.close();
      }
    },
    ({ end }, copy) => (probe || end.code !== 0 ? undefined : [printed(copy)]),
  );
}

const drawnBefore = ({ bytes, by, place, why }: Made['stayed'][number]): string =>
  `${bytes} bytes by ${by}, ${place}: ${why}`;

/** Compares two further copies, in networks of their own: what these send goes through a relay. */
async function sentFindings(
  { options, place, progress, signal }: BuildContext,
  made: Made,
  { probe }: Trial,
): Promise<Finding[]> {
  const requests = made.by === 'build' ? requestsOf(made) : probe ? ownRequests(options, probe) : [];
  return compareSent(
    {
      image: place.untried,
      requests,
      watchOutgoing: true,
      restore: [],
      timeout: options.ready.timeout,
      output: options.output,
    },
    progress,
    signal,
  );
}

const requestsOf = ({ samples }: Made): WarmRequest[] => samples.map(({ request }) => request);

/** Says plainly what was not compared, so that nobody takes it for compared. */
function whatIsNot({ options }: BuildContext, made: Made, { probe }: Trial): string[] {
  if (options.compare === 'nothing') return [];
  return [
    options.warm.script &&
      `what ${options.warm.script} asks for; name requests with --warm or --warm-file to have their answers compared`,
    !probe &&
      `${made.base ? 'the program speaks no HTTP' : 'there is no server to ask'}, so only what it prints is`,
  ].filter((text) => typeof text === 'string');
}
