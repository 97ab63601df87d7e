import type { Socket } from 'node:net';
import { join } from 'node:path';
import { runCheckpointCycle } from '../coordination/cycle.ts';
import type { Runtime } from '../coordination/runtime.ts';
import { deserializeError, EngineError, serializeError } from '../errors/index.ts';
import { sendLine } from '../protocol/lines.ts';
import type { AgentMessage, CheckpointRequest, ReadyDetails } from '../protocol/messages.ts';
import type { Addon } from './addon.ts';
import { collectGarbage } from './collect-garbage.ts';
import { askParent, Control } from './control.ts';
import { freeze } from './freeze.ts';
import type { Mending } from './mending.ts';
import { epollRegistrations, stdioDescriptors, stdioTargets } from './stdio.ts';

type Outcome = { kind: 'restored' } | { kind: 'continued' };

interface Asked {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** This process as a member of a checkpoint: takes requests, goes through the cycle, stands still for the engine. */
export class Member {
  record: string;
  readonly #addon: Addon;
  readonly #runtime: Runtime;
  readonly #mending: Mending;
  readonly #control = new Control((message, socket) => this.#receive(message, socket));
  #asked: Asked | undefined;
  #go: ((socketClosed: boolean) => void) | undefined;

  constructor(record: string, addon: Addon, runtime: Runtime, mending: Mending) {
    this.record = record;
    this.#addon = addon;
    this.#runtime = runtime;
    this.#mending = mending;
  }

  open(): void {
    this.#control.open(this.record);
  }

  /** The API's way: the parent starts the agent, which comes back over the control socket. */
  request(options: { leaveRunning?: boolean; image?: string }): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#asked = { resolve, reject };
      // While it waits, nothing else may be keeping the program alive.
      const alive = setInterval(() => {}, 1 << 30);
      const done = (settle: () => void) => {
        clearInterval(alive);
        this.#asked = undefined;
        settle();
      };
      this.#asked = {
        resolve: () => done(resolve),
        reject: (error) => done(() => reject(error)),
      };
      const request = { by: 'api', leaveRunning: options.leaveRunning === true, image: options.image };
      askParent(this.record, `C${JSON.stringify(request)}`).catch((cause) => {
        this.#asked?.reject(
          new EngineError('the `crac` process that runs this program does not answer', { cause }),
        );
      });
    });
  }

  #receive(message: AgentMessage, socket: Socket): void {
    switch (message.op) {
      case 'ping':
        sendLine(socket, { event: 'pong', pid: process.pid });
        break;
      case 'go':
        this.#go?.(false);
        break;
      case 'refuse':
        this.#asked?.reject(deserializeError(message.error));
        break;
      case 'checkpoint':
        this.#checkpoint(message, socket);
        break;
    }
  }

  async #checkpoint(request: CheckpointRequest, socket: Socket): Promise<void> {
    const asked = request.by === 'api' ? this.#asked : undefined;
    try {
      await runCheckpointCycle({
        runtime: this.#runtime,
        context: this.#runtime.globalContext,
        runtimeResources: this.#mending.resources,
        census: async () => [],
        dump: () => this.#dump(request, socket),
      });
      asked?.resolve();
    } catch (error) {
      if (!socket.destroyed) {
        sendLine(socket, { event: 'failed', error: serializeError(error) });
        socket.end();
      }
      if (asked) asked.reject(error);
      else if ((error as { code?: string }).code === 'ERR_CRAC_RESTORE_FAILED')
        process.stderr.write(`${String((error as Error).message)}\n`);
    }
  }

  async #dump(request: CheckpointRequest, socket: Socket): Promise<Outcome> {
    if (request.engine === 'simulate' || request.dryRun) {
      sendLine(socket, { event: 'done', kind: request.dryRun ? 'dry-run' : 'simulated' });
      return { kind: 'continued' };
    }
    collectGarbage(this.#addon);
    const mailbox = this.#addon.memoryFile('crac-mailbox');
    await this.#ready(socket, this.#details(mailbox));
    this.#mending.beforeFreeze();
    const message = freeze({
      addon: this.#addon,
      parentSocket: () => join(this.record, 'parent.sock'),
      mailbox,
      stdio: stdioDescriptors(stdioTargets()),
      last: () => {
        this.#control.close();
        socket.destroy();
      },
    });
    const restored = message[0] === 'R'.charCodeAt(0);
    if (restored) this.record = this.#mending.afterRestore(message);
    this.#mending.openGate();
    this.open();
    if (restored) return { kind: 'restored' };
    if (message[0] === 'C'.charCodeAt(0)) return { kind: 'continued' };
    throw new EngineError(message.subarray(1).toString('utf8') || 'the engine failed');
  }

  #details(mailbox: number): ReadyDetails {
    const targets = stdioTargets();
    const stdio = stdioDescriptors(targets);
    const inputs = new Set(stdio.filter(({ slot }) => slot === 0).map(({ fd }) => fd));
    return {
      mailbox,
      stdio,
      stdioTargets: targets,
      pollStdin: epollRegistrations(inputs).length > 0,
      node: { version: process.version, path: process.execPath },
      argv: process.argv,
      environmentNames: Object.keys(process.env),
    };
  }

  /** Tells the agent, and waits for its word; if it goes away instead, the checkpoint has failed. */
  #ready(socket: Socket, details: ReadyDetails): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new EngineError('the process that was to dump this program has gone away'));
      socket.once('close', gone);
      this.#go = () => {
        this.#go = undefined;
        socket.off('close', gone);
        resolve();
      };
      sendLine(socket, { event: 'ready', details });
    });
  }
}
