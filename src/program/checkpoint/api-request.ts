import { CheckpointError, EngineError } from '../../shared/errors/index.ts';
import { tellParent } from '../../shared/protocol/tell-parent.ts';
import type { Ask } from '../engines/engine.ts';
import { OWN_PID } from '../fixups/own-pid.ts';

const { setInterval, clearInterval } = globalThis; // the program may have timers of its own

/** The time in milliseconds between looks at the agent. */
const LOOK_EVERY = 500;

const AGENT_ENDED =
  'the process that was to carry out the checkpoint ended before it had begun: it was killed, or could not start. What it said stands in the standard error of this program. Ask again';

/**
 * A call of `checkpointRestore()` by the program itself: the parent starts the agent, which comes back over the control
 * socket.
 */
export class ApiRequest {
  /** The number of the last call: what an agent says of an earlier one comes too late. */
  #call = 0;
  #isTaken = false;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  /** @param ask begins the checkpoint in engines whose programs have no parent of ours */
  make(record: string, options: { leaveRunning?: boolean; image?: string }, ask?: Ask): Promise<void> {
    this.#isTaken = false;
    let looks = 0;
    let hasEnded = () => false;
    // Until the cycle begins, nothing else may be keeping the program alive, or hear of an agent that has ended. Its
    // last word may lie in the socket at the first look.
    const alive = setInterval(
      () => {
        if (!this.#isTaken && hasEnded() && ++looks > 1) this.refuse(new EngineError(AGENT_ENDED));
      },
      ask ? LOOK_EVERY : 2 ** 30,
    );
    const request = {
      by: 'api',
      asker: OWN_PID,
      leaveRunning: options.leaveRunning === true,
      image: options.image,
      call: ++this.#call,
    };
    return new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
      try {
        if (ask) {
          hasEnded = ask(record, JSON.stringify(request));
          return;
        }
      } catch (cause) {
        return this.refuse(new EngineError('the checkpoint cannot be started', { cause }));
      }
      const { connect } = require('node:net') as typeof import('node:net');
      tellParent(connect, record, `C${JSON.stringify(request)}`).catch((cause) => {
        this.refuse(new EngineError('the `crac` process that runs this program does not answer', { cause }));
      });
    }).finally(() => {
      clearInterval(alive);
      this.#settle = undefined;
    });
  }

  /** Notes that the agent has come: from here on the conversation with it tells whether it is there. */
  take(): void {
    this.#isTaken = true;
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
