import { CheckpointError, EngineError } from '../../shared/errors/index.ts';
import { tellParent } from '../../shared/protocol/tell-parent.ts';
import { OWN_PID } from '../fixups/own-pid.ts';

const { setInterval, clearInterval } = globalThis; // the program may have timers of its own

/**
 * A call of `checkpointRestore()` by the program itself: the parent starts the agent, which comes back over the control
 * socket.
 */
export class ApiRequest {
  /** The number of the last call: what an agent says of an earlier one comes too late. */
  #call = 0;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  /** @param ask begins the checkpoint in engines whose programs have no parent of ours */
  make(
    record: string,
    options: { leaveRunning?: boolean; image?: string },
    ask?: (record: string, request: string) => void,
  ): Promise<void> {
    // Until the cycle begins, nothing else may be keeping the program alive.
    const alive = setInterval(() => {}, 2 ** 30);
    const request = {
      by: 'api',
      asker: OWN_PID,
      leaveRunning: options.leaveRunning === true,
      image: options.image,
      call: ++this.#call,
    };
    return new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (ask) return ask(record, JSON.stringify(request));
      const { connect } = require('node:net') as typeof import('node:net');
      tellParent(connect, record, `C${JSON.stringify(request)}`).catch((cause) => {
        this.refuse(new EngineError('the `crac` process that runs this program does not answer', { cause }));
      });
    }).finally(() => {
      clearInterval(alive);
      this.#settle = undefined;
    });
  }

  get isPending(): boolean {
    return this.#settle !== undefined;
  }

  succeed(): void {
    this.#settle?.resolve();
  }

  fail(error: unknown): void {
    this.#settle?.reject(error);
  }

  /**
   * Rejects the call with what failed before the cycle began.
   * @param call the call that is meant; older agents do not say
   */
  refuse(error: Error, call = this.#call): void {
    if (call === this.#call) this.fail(new CheckpointError([error]));
  }
}
