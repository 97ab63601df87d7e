import { type DescriptorLife, DescriptorTable, type Step } from './descriptor-life.ts';
import { type Effect, effectsOf, isStart } from './effects.ts';
import type { Call, StraceEvent } from './event.ts';

export interface TracedProcess {
  pid: number;
  parent?: number;
  /** The number in its own PID namespace, where that is another. */
  inner?: number;
  /** The program that it runs, as execve was given it. */
  command: string;
  table: DescriptorTable;
  threads: Set<number>;
  /** True where it ran before the trace began. */
  attached?: true;
  /** The end as strace says it; undefined while it runs. */
  ended?: string;
}

/** A function that is told of each step of each life, for `--fd`. */
export type Watcher = (process: TracedProcess, life: DescriptorLife, step: Step) => void;

/** All processes and threads of a run, and what each has open. */
export class Processes {
  readonly all: TracedProcess[] = [];
  readonly #byThread = new Map<number, TracedProcess>();
  /** Events of children that ran before their parent's call had come back. */
  readonly #early = new Map<number, StraceEvent[]>();
  readonly #tableAtFork = new Map<number, DescriptorTable>();
  readonly #watch: Watcher;

  constructor(watch: Watcher = () => {}) {
    this.#watch = watch;
  }

  /** Adds a process whose start is not part of the trace. */
  add(
    pid: number,
    command: string,
    open: { fd: number; what: string; closeOnExec: boolean }[],
  ): TracedProcess {
    const process = this.#start(pid, pid, command, new DescriptorTable());
    const time = Date.now() / 1000;
    for (const one of open)
      process.table.open.set(one.fd, { ...one, born: { what: 'inherited', time, tid: pid } });
    return process;
  }

  of(tid: number): TracedProcess | undefined {
    return this.#byThread.get(tid);
  }

  handle(event: StraceEvent): void {
    const process = this.#byThread.get(event.tid);
    if (!process) {
      const early = this.#early.get(event.tid) ?? [];
      early.push(event);
      this.#early.set(event.tid, early);
      return;
    }
    switch (event.kind) {
      case 'begin':
        // The child gets what is open now, not when the call comes back.
        if (isStart(event.name))
          this.#tableAtFork.set(event.tid, process.table.copy(stepOf(event, 'inherited')));
        return;
      case 'call':
        for (const effect of effectsOf(event)) this.#apply(process, event, effect);
        return;
      case 'exit':
        this.#exit(process, event.tid, event.how);
        return;
      case 'signal':
        return;
    }
  }

  /** Adds a thread that strace was attached to, with no call that made it. */
  adopt(tid: number, process: TracedProcess): void {
    process.threads.add(tid);
    this.#byThread.set(tid, process);
    const early = this.#early.get(tid) ?? [];
    this.#early.delete(tid);
    for (const event of early) this.handle(event);
  }

  #start(tid: number, pid: number, command: string, table: DescriptorTable, parent?: number): TracedProcess {
    const process: TracedProcess = {
      pid,
      command,
      table,
      threads: new Set([tid]),
      ...(parent !== undefined && { parent }),
    };
    this.all.push(process);
    this.#byThread.set(tid, process);
    return process;
  }

  #exit(process: TracedProcess, tid: number, how: string): void {
    process.threads.delete(tid);
    this.#byThread.delete(tid);
    const superseded = how.match(/^superseded by execve in pid (\d+)/);
    if (superseded) {
      // The thread that called execve goes on under the process's own number.
      this.#byThread.set(tid, process);
      process.threads = new Set([tid]);
      return;
    }
    if (process.threads.size === 0 || tid === process.pid) process.ended = how;
  }

  #apply(process: TracedProcess, call: Call, effect: Effect): void {
    const { open } = process.table;
    switch (effect.kind) {
      case 'opened': {
        const step: Step = {
          ...stepOf(call, howMade(call, effect.from)),
          ...(effect.from !== undefined && { from: effect.from }),
        };
        for (const { fd, what } of effect.made) {
          this.#end(process, fd, stepOf(call, 'replaced'));
          const life = { fd, what, closeOnExec: effect.closeOnExec, born: step };
          open.set(fd, life);
          this.#watch(process, life, step);
        }
        return;
      }
      case 'closed':
        for (const fd of within(open, effect)) this.#end(process, fd, stepOf(call, 'closed'));
        return;
      case 'close-on-exec':
        for (const fd of within(open, effect)) (open.get(fd) as DescriptorLife).closeOnExec = effect.on;
        return;
      case 'described': {
        const life = open.get(effect.fd);
        if (life) life.what = described(life.what, effect);
        return;
      }
      case 'exec':
        process.command = effect.path;
        process.table = new DescriptorTable(); // a table that was shared is shared no longer
        for (const [fd, life] of open) {
          if (!life.closeOnExec) process.table.open.set(fd, Object.assign(life, { beforeExec: true }));
          else this.#watch(process, life, stepOf(call, 'lost at exec'));
        }
        return;
      case 'unshared':
        process.table = Object.assign(new DescriptorTable(), { open: new Map(open) });
        return;
      case 'process':
        this.#child(process, call, effect);
        return;
    }
  }

  #child(
    parent: TracedProcess,
    call: Call,
    { tid, thread, sharesFiles, inner }: Effect & { kind: 'process' },
  ): void {
    const atFork = this.#tableAtFork.get(call.tid) ?? parent.table.copy(stepOf(call, 'inherited'));
    this.#tableAtFork.delete(call.tid);
    if (thread) {
      this.adopt(tid, parent);
      return;
    }
    const table = sharesFiles ? parent.table : atFork;
    const child = this.#start(tid, tid, parent.command, table, parent.pid);
    if (inner !== undefined) child.inner = inner;
    if (!sharesFiles) for (const life of table.open.values()) this.#watch(child, life, life.born);
    this.adopt(tid, child);
  }

  #end(process: TracedProcess, fd: number, step: Step): void {
    const life = process.table.open.get(fd);
    if (!life) return;
    life.ended = step;
    process.table.open.delete(fd);
    this.#watch(process, life, step);
  }
}

const stepOf = (event: StraceEvent, what: Step['what']): Step => ({
  what,
  time: event.time,
  tid: event.tid,
  ...(event.comm !== undefined && { comm: event.comm }),
  ...(event.kind === 'call' && { call: event }),
});

function described(what: string, { how, address }: Effect & { kind: 'described' }): string {
  const protocol = what.match(/^[A-Z]+(v6)?(-[A-Z]+)?/)?.[0] ?? 'socket';
  if (how !== 'listens') return `${protocol} ${how} ${address}`;
  // Where strace tells the address, it is the one that the kernel chose.
  return `${/^TCP.*:\d+\]$/.test(address) ? address : what}, listens`;
}

function howMade({ name }: Call, from: number | undefined): Step['what'] {
  if (name === 'recvmsg' || name === 'recvmmsg' || name === 'pidfd_getfd') return 'received';
  if (from === undefined) return 'opened';
  return name.startsWith('accept') ? 'accepted' : 'duplicated';
}

const within = (open: Map<number, unknown>, { first, last }: { first: number; last: number }): number[] =>
  [...open.keys()].filter((fd) => fd >= first && fd <= last);
