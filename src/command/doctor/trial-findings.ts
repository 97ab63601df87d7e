import type { EngineName } from '../../shared/protocol/engines.ts';
import { formatDuration } from '../base/format.ts';
import { defaultEngine } from '../engines/registry.ts';
import type { Answers } from './examine.ts';
import { type Finding, limit, type Operation, ok, problem, unknown } from './finding.ts';
import type { Machine } from './machine.ts';
import { imagePlace } from './place.ts';
import { type Outcome, type Trial, tryOut } from './trial.ts';

const WHY = 'the proof: a tiny program is started, dumped and restored with the commands that everybody uses';

/** The time in seconds for each command; an emulated machine has been seen to take 40 for a checkpoint. */
const TIMEOUT = 300;

/** Findings without which there is nothing to try. */
const NEEDED = ['engine.found', 'node.native-part', 'place.runtime-directory'];

/** Findings without which there is nothing to make. */
const NEEDED_TO_MAKE = [...NEEDED, 'place.image'];

/**
 * Tries a checkpoint and a restore, and says what came of it; where nothing could be tried, earlier findings decide.
 */
export async function trialFindings(
  { options }: Machine,
  found: readonly Finding[],
  other?: EngineName,
): Promise<{ answers: Answers; findings: Finding[] }> {
  const needed = options.fromTrial === undefined ? NEEDED_TO_MAKE : NEEDED;
  const missing = found.find(({ id, state }) =>
    other !== undefined && id === `${other}.machine`
      ? state !== 'ok'
      : state === 'problem' && needed.includes(id),
  );
  const elsewhere = other !== undefined && options.fromTrial !== undefined; // that image is the default engine's
  const trial: Trial =
    missing || elsewhere
      ? { checkpoint: { works: undefined }, restore: { works: undefined } }
      : await tryOut({
          place: imagePlace(options.image),
          engine: other ?? defaultEngine(),
          keep: other === undefined ? options.keepTrial : undefined,
          from: options.fromTrial,
          seconds: options.timeout ?? TIMEOUT,
        });
  const untried = missing ? `not tried: ${missing.id} comes first` : elsewhere ? KEPT : undefined;
  const prevented = (operation: Operation) =>
    (other !== undefined && missing !== undefined) ||
    found.some(({ state, affects }) => state === 'problem' && affects.includes(operation));
  const answer = ({ works }: Outcome, operation: Operation) =>
    works === undefined ? (prevented(operation) ? 'no' : 'unknown') : works ? 'yes' : 'no';
  const group = other ?? 'trial';
  return {
    answers: {
      checkpoint: answer(trial.checkpoint, 'checkpoint'),
      restore: answer(trial.restore, 'restore'),
    },
    findings: [
      finding(group, 'checkpoint', trial.checkpoint, untried ?? KEPT),
      finding(group, 'restore', trial.restore, untried ?? NO_IMAGE),
    ],
  };
}

function finding(group: string, operation: Operation, outcome: Outcome, untried: string): Finding {
  const id = `${group}.${operation}`;
  const affects = [operation];
  if (outcome.works === undefined && outcome.said !== undefined) {
    const [seen = '', ...mend] = outcome.said.split('\n').map((line) => line.trim());
    return unknown(id, seen, WHY, { affects, mend });
  }
  if (outcome.works === undefined) {
    return unknown(id, untried, WHY, { affects, mend: untried === NO_IMAGE ? ELSEWHERE : [] });
  }
  if (outcome.works) return ok(id, `works; took ${formatDuration(outcome.milliseconds)}`, WHY, { affects });
  const [first = '', ...rest] = outcome.said.split('\n').filter((line) => line.trim() !== '');
  return (group === 'trial' ? problem : limit)(id, `failed: ${first}`, WHY, {
    affects,
    ...(rest.length > 0 && { details: rest.slice(0, 15).join('\n') }),
  });
}

const KEPT = 'not tried: a kept trial was restored instead';

const NO_IMAGE = 'not tried: there is no image to restore without a checkpoint';

const ELSEWHERE = [
  'crac doctor --keep-trial DIR   # where a checkpoint works, with the same files',
  'crac doctor --from-trial DIR   # here',
];
