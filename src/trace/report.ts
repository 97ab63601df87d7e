import type { DescriptorLife, Step } from './descriptor-life.ts';
import type { Call } from './event.ts';
import { type Frame, FrameNames } from './frames.ts';
import { kindOf } from './kind.ts';
import type { Processes, TracedProcess } from './processes.ts';
import { runtimeReason } from './runtime-own.ts';

export interface Opening {
  /** System call. */
  call: string;
  /** ISO 8601. */
  time: string;
  thread: { tid: number; name?: string };
  /** Innermost first. */
  native: Frame[];
  /** Innermost first, as V8 writes them. */
  javascript: string[];
}

export interface OpenDescriptor {
  fd: number;
  kind: string;
  what: string;
  closeOnExec: boolean;
  how: Step['what'];
  /** The number that it was duplicated from. */
  from?: number;
  /** Why it counts as the runtime's own. */
  runtime?: string;
  /** Undefined for what was open before. */
  opened?: Opening;
}

export interface ProcessReport {
  pid: number;
  parent?: number;
  command: string;
  /** Undefined while it runs. */
  ended?: string;
  descriptors: OpenDescriptor[];
}

export interface Report {
  processes: ProcessReport[];
}

/** JavaScript frames of a call, where they are known. */
export type JavaScriptOf = (process: TracedProcess, fd: number, call: Call) => string[];

/** What is still open in each process, with names for all frames. */
export function reportOf(processes: Processes, javascript: JavaScriptOf): Report {
  const names = new FrameNames();
  names.name(
    processes.all.flatMap(({ table }) => [...table.open.values()].map(({ born }) => born.call?.stack ?? [])),
  );
  return {
    processes: processes.all.map((process) => ({
      pid: process.pid,
      ...(process.parent !== undefined && { parent: process.parent }),
      command: process.command,
      ...(process.ended !== undefined && { ended: process.ended }),
      descriptors: [...process.table.open.values()]
        .sort((a, b) => a.fd - b.fd)
        .map((life) => descriptor(process, life, names, javascript)),
    })),
  };
}

function descriptor(
  process: TracedProcess,
  life: DescriptorLife,
  names: FrameNames,
  javascript: JavaScriptOf,
): OpenDescriptor {
  const { fd, what, born, closeOnExec } = life;
  const opened = born.call && openingOf(process, fd, born, born.call, names, javascript);
  const runtime = opened && runtimeReason(opened, what);
  return {
    fd,
    kind: kindOf(what, born.call?.name),
    what,
    closeOnExec,
    how: born.what,
    ...(born.from !== undefined && { from: born.from }),
    ...(runtime !== undefined && { runtime }),
    ...(opened && { opened }),
  };
}

export const openingOf = (
  process: TracedProcess,
  fd: number,
  step: Step,
  call: Call,
  names: FrameNames,
  javascript: JavaScriptOf,
): Opening => ({
  call: call.name,
  time: new Date(step.time * 1000).toISOString(),
  thread: { tid: step.tid, ...(step.comm !== undefined && { name: step.comm }) },
  native: call.stack.map((frame) => names.of(frame)),
  javascript: javascript(process, fd, call),
});
