import { checkCaller } from './caller.ts';
import { checkContainer } from './container.ts';
import { checkCpu } from './cpu.ts';
import { checkEngine } from './engine.ts';
import { type Finding, type Operation, withProof } from './finding.ts';
import { checkJava } from './java.ts';
import { checkKernel } from './kernel.ts';
import { type DoctorOptions, lookAtMachine } from './machine.ts';
import { checkNode } from './node.ts';
import { checkPlace } from './place.ts';
import { trialFindings } from './trial-findings.ts';

export type Answer = 'yes' | 'no' | 'unknown';

export interface Report {
  checkpoint: Answer;
  restore: Answer;
  findings: Finding[];
}

/** Everything that can be found out here; changes nothing that stays. */
export async function examine(options: DoctorOptions): Promise<Report> {
  const machine = await lookAtMachine(options);
  const found = [
    ...(await checkEngine(machine)),
    ...checkCaller(machine),
    ...(await checkKernel(machine)),
    ...checkContainer(machine),
    ...(await checkPlace(machine)),
    ...checkCpu(),
    ...(await checkNode()),
  ];
  const trial = await trialFindings(machine, found);
  const works = (['checkpoint', 'restore'] as const).filter((name) => trial.answers[name] === 'yes');
  return {
    ...trial.answers,
    findings: [...withProof(found, works), ...trial.findings, ...(await checkJava(machine))],
  };
}

export type Answers = Record<Operation, Answer>;
