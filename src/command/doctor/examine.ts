import type { EngineName } from '../../shared/protocol/engines.ts';
import { defaultEngine, ENGINES } from '../engines/registry.ts';
import { checkCaller } from './caller.ts';
import { checkContainer } from './container.ts';
import { containerSettings } from './container-settings.ts';
import { checkCpu } from './cpu.ts';
import { type Finding, type Operation, withProof } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { type DoctorOptions, lookAtMachine } from './machine.ts';
import { checkNode } from './node.ts';
import { examineOthers } from './other-engines.ts';
import { checkPlace } from './place.ts';
import { trialFindings } from './trial-findings.ts';

export type Answer = 'yes' | 'no' | 'unknown';

export interface Report {
  /** Those of one engine: of the platform's first one, unless only another one can do both. */
  checkpoint: Answer;
  restore: Answer;
  /** The engine whose answers these are. */
  engine: EngineName;
  /** The answers of each engine that makes images. */
  engines: Partial<Record<EngineName, Answers>>;
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
  const java = (
    await Promise.all(Object.values(ENGINES).map((each) => each.examineJdk?.(machine) ?? []))
  ).flat();
  const usable = !java.some(({ state }) => state === 'problem');
  const engines = { [engine.name]: trial.answers, ...others.answers };
  const best = worksBoth(trial.answers) ? engine.name : (ableIn(others.answers) ?? engine.name);
  return {
    ...(engines[best] as Answers),
    engine: best,
    engines,
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

const worksBoth = ({ checkpoint, restore }: Answers): boolean => checkpoint === 'yes' && restore === 'yes';

const ableIn = (all: Partial<Record<EngineName, Answers>>): EngineName | undefined =>
  (Object.keys(all) as EngineName[]).find((name) => worksBoth(all[name] as Answers));
