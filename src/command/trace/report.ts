import { fileURLToPath } from 'node:url';
import { mapFrame } from '../../shared/source-maps.ts';
import { TRACE_NATIVE } from '../base/paths.ts';
import { isControlSocket } from './checkpoint-moment.ts';
import type { DescriptorLife, Step } from './descriptor-life.ts';
import type { RawFrame } from './event.ts';
import { type Frame, FrameNames } from './frames.ts';
import type { Found, Journal } from './journal.ts';
import { kindOf } from './kind.ts';
import type { Processes, TracedProcess } from './processes.ts';
import { OURS, runtimeReason } from './runtime-own.ts';

/** One call, and who made it. */
export interface Origin {
  /** The system call. */
  call: string;
  /** The time in ISO 8601. */
  time: string;
  thread: { tid: number; name?: string };
  /** The native frames, innermost first. */
  native: Frame[];
  /** The JavaScript frames, innermost first. */
  javascript: string[];
  java: string[];
}

export interface OpenDescriptor {
  fd: number;
  kind: string;
  what: string;
  closeOnExec: boolean;
  how: Step['what'];
  /** True for a descriptor from before the process became the program that it is. */
  beforeExec?: true;
  /** The number that it was duplicated from, or the listening one that it was accepted on. */
  from?: number;
  /** The reason why it counts as the runtime's own. */
  runtime?: string;
  /** The call that opened it; undefined for what was open before. */
  opened?: Origin;
}

export interface ProcessReport {
  pid: number;
  parent?: number;
  command: string;
  /** The end; undefined while it runs. */
  ended?: string;
  /** True where it ran before the trace began. */
  attached?: true;
  descriptors: OpenDescriptor[];
}

/** One step of a number that is followed. */
export interface FollowedStep {
  pid: number;
  fd: number;
  what: Step['what'];
  from?: number;
  /** The descriptor, in words. */
  descriptor: string;
  by?: Origin;
}

export interface Report {
  processes: ProcessReport[];
  /** The steps of the number, with `--fd`: all that happened to it, in order. */
  followed?: { fd: number; steps: FollowedStep[] };
  /** Reports of what was open when the engine began to dump. */
  checkpoints?: Report[];
  /** The number of calls whose stack there was no room for. */
  lost?: number;
}

export interface Watched {
  process: TracedProcess;
  life: DescriptorLife;
  step: Step;
}

/** Leaves out what the dynamic loader reads before the program runs, and what this trace itself adds. */
const isNoLoader = ({ life: { what } }: Watched): boolean =>
  !/\.so(\.[\d.]+)?$|^\/etc\/ld\.so\.|\/crac-trace-\w+\/journal$/.test(what);

/** Writes a frame with the source's place, and paths instead of addresses. */
const placed = (frame: string): string =>
  mapFrame(frame.replace(/file:\/\/\/[^:)]*/, (url) => fileURLToPath(url)));

/** The report, put together of what strace saw and what the program itself wrote down. */
export class Reporter {
  readonly #names = new FrameNames();
  readonly #journal: Journal | undefined;

  constructor(journal: Journal | undefined) {
    this.#journal = journal;
  }

  report({ all }: Processes): Report {
    this.#names.name(
      all.flatMap((process) =>
        [...process.table.open.values()].map((life) => this.#stack(life.born, this.#birth(process, life))),
      ),
    );
    const lost = this.#journal?.lost ?? 0;
    return { processes: all.map((process) => this.#process(process)), ...(lost > 0 && { lost }) };
  }

  follow(fd: number, watched: Watched[]): NonNullable<Report['followed']> {
    const steps = watched.filter(isNoLoader).map(({ process, life, step }) => {
      const found =
        step === life.born ? this.#birth(process, life) : this.#journal?.findEnd(process, life, step);
      const by = this.#origin(step, found ?? {});
      return {
        pid: process.pid,
        fd: life.fd,
        what: step.what,
        ...(step.from !== undefined && { from: step.from }),
        descriptor: life.what,
        ...(by && { by }),
      };
    });
    return { fd, steps };
  }

  #process(process: TracedProcess): ProcessReport {
    const { pid, parent, command, ended, attached, table } = process;
    return {
      pid,
      ...(parent !== undefined && { parent }),
      command,
      ...(ended !== undefined && { ended }),
      ...(attached && { attached }),
      descriptors: [...table.open.values()]
        .sort((a, b) => a.fd - b.fd)
        .map((life) => this.#descriptor(process, life)),
    };
  }

  #descriptor(process: TracedProcess, life: DescriptorLife): OpenDescriptor {
    const { fd, born, closeOnExec } = life;
    const found = this.#birth(process, life);
    const what = this.#what(process, life, found);
    const opened = this.#origin(born, found);
    const start = this.#journal?.startOf(process);
    const early = start !== undefined && born.time < start ? "Node's start" : undefined;
    const ours = isControlSocket(process.table.open.get(born.from ?? fd)?.what ?? '') ? OURS : undefined;
    const runtime = opened && (early ?? ours ?? runtimeReason(opened, what, process.command));
    return {
      fd,
      kind: kindOf(what, born.call?.name),
      what,
      closeOnExec,
      how: born.what,
      ...(life.beforeExec && { beforeExec: true as const }),
      ...(born.from !== undefined && { from: born.from }),
      ...(runtime !== undefined && { runtime }),
      ...(opened && { opened }),
    };
  }

  /** Returns what a descriptor is: the program knows the addresses of its sockets. */
  #what(process: TracedProcess, life: DescriptorLife, { native }: Found): string {
    if (!/^(socket|TCP)/.test(life.what)) return life.what;
    const listening = life.what.endsWith(', listens') && this.#journal?.listeningAddress(process, life);
    if (listening) return `${listening}, listens`;
    return native?.address ?? life.what;
  }

  #birth(process: TracedProcess, life: DescriptorLife): Found {
    if (life.born.what === 'inherited') return {};
    return this.#journal?.find(process, life) ?? {};
  }

  #stack(step: Step, found: Found): RawFrame[] {
    // Our own library is between the program and libc, where strace looks.
    const byStrace = step.call?.stack.filter(({ path }) => path !== TRACE_NATIVE) ?? [];
    return byStrace.length > 0 ? byStrace : (found.native?.native ?? []);
  }

  #origin(step: Step, found: Found): Origin | undefined {
    if (!step.call || step.what === 'inherited') return undefined;
    const name = found.native?.thread ?? found.native?.comm ?? step.comm;
    return {
      call: step.call.name,
      time: new Date(step.time * 1000).toISOString(),
      thread: { tid: step.tid, ...(name !== undefined && { name }) },
      native: this.#stack(step, found).flatMap((frame) => this.#names.of(frame)),
      javascript: (found.javascript?.javascript ?? []).map(placed),
      java: found.native?.java ?? [],
    };
  }
}
