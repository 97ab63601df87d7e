import { frameLines } from './frame-text.ts';
import type { FollowedStep, OpenDescriptor, Origin, ProcessReport, Report } from './report.ts';

export interface Shown {
  /** The runtime's own, what was inherited, and whole stacks. */
  all: boolean;
}

const SPACES = ' '.repeat(7);

export function reportText({ processes, followed, lost }: Report, { all }: Shown): string {
  const parts = followed
    ? [followedText(followed.fd, followed.steps, all)]
    : processes
        .filter((process, i) => all || i === 0 || process.descriptors.some(isProgramsOwn))
        .map((process) => processText(process, all));
  if (lost)
    parts.push(
      `The stacks of ${lost} calls are missing: there was no room for more. A shorter run (--seconds) has them.\n`,
    );
  return parts.join('\n');
}

const isProgramsOwn = ({ how, runtime, beforeExec }: OpenDescriptor): boolean =>
  how !== 'inherited' && runtime === undefined && !beforeExec;

function processText({ pid, command, ended, descriptors }: ProcessReport, all: boolean): string {
  const own = descriptors.filter((one) => all || isProgramsOwn(one));
  const hidden = descriptors.length - own.length;
  const rest = hidden > 0 ? ` (and ${hidden} that it was given or that its runtime needs: --all)` : '';
  const many = own.length === 1 ? '1 descriptor' : `${own.length === 0 ? 'no' : own.length} descriptors`;
  const state = ended === undefined ? `has ${many} open` : `${ended}, with ${many} open`;
  return [
    `process ${pid}, ${command}, ${state}${rest}`,
    ...own.map((one) => descriptorText(one, all)),
    '',
  ].join('\n');
}

function descriptorText(one: OpenDescriptor, all: boolean): string {
  const runtime = one.runtime ? ` (${one.runtime})` : '';
  const head = `  ${String(one.fd).padStart(3)}  ${one.kind}  ${one.what}${fromText(one)}${runtime}`;
  if (one.opened) return [head, ...originLines(one.opened, all)].join('\n');
  return one.how === 'inherited' && one.from !== undefined
    ? `${head}\n${SPACES}from its parent`
    : `${head}\n${SPACES}open before the trace began`;
}

function fromText({ how, from }: { how: string; from?: number }): string {
  if (how === 'duplicated') return `, a copy of ${from}`;
  return how === 'accepted' ? `, accepted on ${from}` : '';
}

function originLines({ call, time, thread, native, javascript, java }: Origin, all: boolean): string[] {
  const scripts = all ? javascript : javascript.filter((frame) => !/(^|\()node:/.test(frame));
  const frames = frameLines(native, { all, above: javascript.length > 0 || java.length > 0 });
  return [
    `by ${call} at ${time.slice(11, -1)} in ${threadText(thread)}`,
    ...scripts.map((frame) => (frame.startsWith('(in a callback') ? frame : `  at ${frame}`)),
    ...java.map((frame) => `  at ${frame}`),
    ...frames.map((line) => `  native ${line}`),
    ...(native.length === 0 ? ['  (its stack is not known: --strace-stacks finds it)'] : []),
  ].map((line) => SPACES + line);
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
