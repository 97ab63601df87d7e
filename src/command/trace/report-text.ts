import { ASKED_FOR } from '../../shared/trace-stack.ts';
import { NATIVE, PRELOAD } from '../base/paths.ts';
import { frameLines } from './frame-text.ts';
import type { FollowedStep, OpenDescriptor, Origin, ProcessReport, Report } from './report.ts';

export interface Shown {
  /** True where the runtime's own, what was inherited, and whole stacks are shown. */
  all: boolean;
}

const SPACES = ' '.repeat(7);
const RUNTIME_FRAME = /(^|\()(node:|native\b)|^java\.|^jdk\./;

export function reportText({ processes, followed, lost }: Report, { all }: Shown): string {
  const parts = followed
    ? [followedText(followed.fd, followed.steps, all)]
    : processes
        .filter(
          (process, i) =>
            all || process.descriptors.some(isProgramsOwn) || (i === 0 && process.command !== NATIVE),
        )
        .map((process) => processText(process, all));
  if (lost)
    parts.push(
      `The stacks of ${lost} calls are missing: there was no room for more. A shorter run (--seconds) has them.\n`,
    );
  return parts.join('\n');
}

const isProgramsOwn = ({ how, runtime, beforeExec }: OpenDescriptor): boolean =>
  how !== 'inherited' && runtime === undefined && !beforeExec;

function processText({ pid, command, ended, attached, descriptors }: ProcessReport, all: boolean): string {
  const before = attached ? descriptors.filter(({ how }) => how === 'inherited') : [];
  const own = descriptors.filter((one) => !before.includes(one) && (all || isProgramsOwn(one)));
  const hidden = descriptors.length - own.length - before.length;
  const rest = hidden > 0 ? ` (and ${hidden} that it was given or that its runtime needs: --all)` : '';
  const many = own.length === 1 ? '1 descriptor' : `${own.length === 0 ? 'no' : own.length} descriptors`;
  const state = ended === undefined ? `has ${many} open` : `${ended}, with ${many} open`;
  return [
    `process ${pid}, ${command}, ${attached ? `${state} since the trace began` : state}${rest}`,
    ...own.map((one) => descriptorText(one, all)),
    ...(before.length > 0
      ? ['and these from before, whose opening was not seen:', ...before.map(headOf)]
      : []),
    '',
  ].join('\n');
}

function headOf(one: OpenDescriptor): string {
  const runtime = one.runtime ? ` (${one.runtime})` : '';
  return `  ${String(one.fd).padStart(3)}  ${one.kind}  ${one.what}${fromText(one)}${runtime}`;
}

function descriptorText(one: OpenDescriptor, all: boolean): string {
  const opened = one.opened ? originLines(one.opened, all) : [`${SPACES}from its parent`];
  return [headOf(one), ...opened].join('\n');
}

function fromText({ how, from }: { how: string; from?: number }): string {
  if (how === 'duplicated') return `, a copy of ${from}`;
  return how === 'accepted' ? `, accepted on ${from}` : '';
}

function originLines({ call, time, thread, native, javascript, java }: Origin, all: boolean): string[] {
  const above = javascript.length > 0 || java.length > 0;
  const frames = frameLines(native, { all, above });
  return [
    `by ${call} at ${time.slice(11, -1)} in ${threadText(thread)}`,
    ...worthy([...java, ...javascript], all).map((frame) => (frame === ASKED_FOR ? frame : `  at ${frame}`)),
    ...frames.map((line) => `  native ${line}`),
    ...(native.length === 0 ? ['  (its stack is not known: --strace-stacks finds it)'] : []),
  ].map((line) => SPACES + line);
}

/** Picks the program's own frames; where there are none, the runtime's are better than nothing. */
function worthy(frames: string[], all: boolean): string[] {
  const own = frames.filter((frame) => !RUNTIME_FRAME.test(frame) && !frame.includes(PRELOAD));
  return all || own.every((frame) => frame === ASKED_FOR) ? frames : own;
}

const threadText = ({ tid, name }: Origin['thread']): string =>
  name === undefined ? `thread ${tid}` : `${/^(the|Worker) /.test(name) ? name : `thread ${name}`} (${tid})`;

function followedText(fd: number, steps: FollowedStep[], all: boolean): string {
  if (steps.length === 0) return `no process had a descriptor ${fd}\n`;
  const lines = steps.flatMap((step) => {
    const head = `process ${step.pid}: ${step.what} ${step.fd}, ${step.descriptor}${fromText({ how: step.what, ...step })}`;
    return [head, ...(step.by ? originLines(step.by, all) : [])];
  });
  return `${lines.join('\n')}\n`;
}
