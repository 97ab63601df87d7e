import type { EngineName } from '../../shared/protocol/engines.ts';
import { defaultEngine, ENGINES } from '../engines/registry.ts';
import { checkCaller } from './caller.ts';
import { checkContainer } from './container.ts';
import { containerSettings } from './container-settings.ts';
import { checkCpu } from './cpu.ts';
import { type Finding, type Operation, withProof } from './finding.ts';
import { checkJava } from './java.ts';
import { checkKernel } from './kernel.ts';
import { type DoctorOptions, lookAtMachine } from './machine.ts';
import { checkNode } from './node.ts';
import { examineOthers } from './other-engines.ts';
import { checkPlace } from './place.ts';
import { trialFindings } from './trial-findings.ts';

export type Answer = 'yes' | 'no' | 'unknown';

export interface Report {
  checkpoint: Answer;
  restore: Answer;
  /** The answers of other engines that make images, for which `crac run --engine NAME` asks. */
  engines?: Partial<Record<EngineName, Answers>>;
  /** The answer by the look of Java's engine; there only where a JDK with CRaC was looked at. */
  java?: 'yes' | 'no';
  findings: Finding[];
}

/** Finds out everything that can be found out here; changes nothing that stays. */
export async function examine(options: DoctorOptions): Promise<Report> {
  const machine = await lookAtMachine(options);
  const engine = ENGINES[defaultEngine()]; // the engine that `crac run` takes here
  const found = [
    ...((await engine.examine?.(machine)) ?? []),
    ...checkCaller(machine),
    ...(await checkKernel(machine)),
    ...checkContainer(machine),
    ...checkPlace(machine),
    ...checkCpu(),
    ...(await checkNode()),
  ];
  const trial = await trialFindings(machine, found);
  const works = (['checkpoint', 'restore'] as const).filter((name) => trial.answers[name] === 'yes');
  // The cache is looked at after the trial: a checkpoint that works has made it.
  if (engine.examineCache) found.push(await engine.examineCache(machine));
  const others = await examineOthers(machine, engine.name, found);
  const java = await checkJava(machine);
  const usable = !java.some(({ state }) => state === 'problem');
  return {
    ...trial.answers,
    engines: others.answers,
    ...(java.some(({ id, state }) => id === 'java.engine' && state !== 'limit') && {
      java: usable ? 'yes' : 'no',
    }),
    findings: [
      ...withProof(found, works),
      ...trial.findings,
      ...others.findings,
      ...containerSettings(machine, trial.answers, found),
      ...java,
    ],
  };
}

export type Answers = Record<Operation, Answer>;
