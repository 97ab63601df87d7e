import type { EngineName } from '../../shared/protocol/engines.ts';
import { ENGINES, imageMakers } from '../engines/registry.ts';
import type { Answers } from './examine.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { trialFindings } from './trial-findings.ts';

/** Findings that every trial needs, whatever engine it is for; all others are about the default engine. */
const COMMON = ['node.native-part', 'place.runtime-directory', 'place.image'];

export interface OtherEngines {
  answers: Partial<Record<EngineName, Answers>>;
  findings: Finding[];
}

/** Examines the engines that make images and are not the platform's first one, each with a trial of its own. */
export async function examineOthers(
  machine: Machine,
  chosen: EngineName,
  found: readonly Finding[],
): Promise<OtherEngines> {
  const others: OtherEngines = { answers: {}, findings: [] };
  for (const name of imageMakers()) {
    const { examine } = ENGINES[name];
    if (name === chosen || examine === undefined) continue; // one that chooses among others is none of its own
    const own = await examine(machine);
    const looked = [...found.filter(({ id }) => COMMON.includes(id)), ...own];
    const trial = await trialFindings(machine, looked, name);
    others.answers[name] = trial.answers;
    others.findings.push(...own, ...trial.findings);
  }
  return others;
}
