import type { StraceEvent } from './event.ts';
import type { Processes } from './processes.ts';

/**
 * The moment when a program that runs under `crac run` is checked for a checkpoint: it is asked through its socket, its
 * hooks run, and then it looks at its own descriptors. The engine is not part of the trace.
 */
export class CheckpointMoment {
  readonly #asked = new Set<number>();

  /** @returns whether a checkpoint's check begins with this event, which has not been handled yet */
  isNow(event: StraceEvent, processes: Processes): boolean {
    if (event.kind !== 'call') return false;
    const process = processes.of(event.tid);
    if (!process) return false;
    if (event.name.startsWith('accept') && !event.result.startsWith('-1')) {
      const listening = process.table.open.get(Number.parseInt(event.args, 10));
      if (listening && isControlSocket(listening.what)) this.#asked.add(process.pid);
      return false;
    }
    const looks = event.name === 'openat' && event.args.includes('"/proc/self/fd"');
    return looks && this.#asked.delete(process.pid);
  }
}

/** Recognises the control socket of a program under `crac run` (src/shared/protocol/socket-path.ts). */
export const isControlSocket = (what: string): boolean => what.endsWith('/app.sock, listens');
