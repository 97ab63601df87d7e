import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Adapters } from '../adapters/registry.ts';
import { runCheckpointCycle } from '../coordination/cycle.ts';
import type { Runtime } from '../coordination/runtime.ts';
import type { Baseline } from '../descriptors/baseline.ts';
import { censusRows } from '../descriptors/census.ts';
import { deserializeError, EngineError, serializeError } from '../errors/index.ts';
import { sendLine } from '../protocol/lines.ts';
import type {
  AgentMessage,
  CheckpointRequest,
  ProgramDetails,
  ProgramMessage,
  ReadyDetails,
} from '../protocol/messages.ts';
import type { Addon } from './addon.ts';
import { ApiRequest } from './api-request.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Control } from './control.ts';
import { DescriptorCheck } from './descriptor-check.ts';
import { freeze } from './freeze.ts';
import type { Mending } from './mending.ts';
import { Quiet } from './quiet.ts';
import { standStill, tellOutcome } from './stand-still.ts';
import { epollRegistrations, stdioDescriptors, stdioTargets } from './stdio.ts';

type Outcome = { kind: 'restored' } | { kind: 'continued' };

/** What is put right after a restore; each kind of engine has its own. */
export type Mends = Pick<Mending, keyof Mending> & {
  /** For an engine that simulates. */
  asIfRestored?(): void;
};

/** This process as a member of a checkpoint: takes requests, goes through the cycle, stands still for the engine. */
export class Member {
  record: string;
  readonly #addon: Addon | undefined;
  readonly #runtime: Runtime;
  readonly #mending: Mends;
  readonly #descriptors: DescriptorCheck;
  readonly #adapters: Adapters;
  readonly #quiet: Quiet;
  readonly #api = new ApiRequest();
  readonly #control = new Control((message, socket) => this.#receive(message, socket));
  #go: ((socketClosed: boolean) => void) | undefined;
  #refused: ((error: Error) => void) | undefined;
  #woken: string | undefined;

  /** @param addon undefined for the engines that need nothing native; @param baseline undefined without /proc */
  constructor(
    record: string,
    addon: Addon | undefined,
    runtime: Runtime,
    mending: Mends,
    baseline: Baseline | undefined,
    adapters: Adapters,
  ) {
    this.record = record;
    this.#addon = addon;
    this.#runtime = runtime;
    this.#mending = mending;
    this.#descriptors = new DescriptorCheck(addon, baseline);
    this.#adapters = adapters;
    this.#quiet = new Quiet(adapters, mending);
  }

  open(): void {
    this.#control.open(this.record);
  }

  request(options: { leaveRunning?: boolean; image?: string }): Promise<void> {
    return this.#api.make(this.record, options);
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
        if (this.#refused) this.#refused(deserializeError(message.error));
        else this.#api.refuse(deserializeError(message.error));
        break;
      case 'checkpoint':
        this.#checkpoint(message, socket);
        break;
    }
  }

  async #checkpoint(request: CheckpointRequest, socket: Socket): Promise<void> {
    const byApi = request.by === 'api' && this.#api.isPending;
    try {
      await runCheckpointCycle({
        runtime: this.#runtime,
        context: this.#runtime.globalContext,
        runtimeResources: [this.#adapters.resource, this.#descriptors.resource],
        census: () => this.#census(request, socket),
        dump: () => this.#dump(request, socket),
      });
      // Only now: what afterRestore of a simulated checkpoint throws is part of its outcome.
      if (request.dryRun) sendLine(socket, { event: 'done', kind: 'dry-run' });
      else if (request.engine === 'simulate') sendLine(socket, { event: 'done', kind: 'simulated' });
      this.#tellWaker();
      if (byApi) this.#api.succeed();
    } catch (error) {
      this.#tellWaker(error);
      if (!socket.destroyed) {
        sendLine(socket, { event: 'failed', error: serializeError(error) });
        socket.end();
      }
      if (byApi) this.#api.fail(error);
      else if ((error as { code?: string }).code === 'ERR_CRAC_RESTORE_FAILED')
        process.stderr.write(`${String((error as Error).message)}\n`);
    }
  }

  /** Every open descriptor is accounted for, or is an error. */
  #census(request: CheckpointRequest, socket: Socket): Error[] {
    for (const text of this.#adapters.takeNotes()) sendLine(socket, { event: 'note', text });
    const errors = this.#descriptors.take(this.record, this.#adapters.files());
    if (!this.#descriptors.isPossible)
      sendLine(socket, { event: 'progress', text: `descriptors cannot be checked on ${process.platform}` });
    else if (request.dryRun)
      sendLine(socket, { event: 'census', descriptors: censusRows(this.#descriptors.verdicts) });
    return errors;
  }

  async #dump(request: CheckpointRequest, socket: Socket): Promise<Outcome> {
    if (request.dryRun) return { kind: 'continued' };
    if (request.engine === 'simulate') return this.#simulate(request);
    if (request.engine === 'pause') return this.#pause(request, socket);
    const addon = this.#addon;
    if (!addon) throw new EngineError('this program was started without the native part');
    await collectGarbage(addon);
    const mailbox = addon.memoryFile('crac-mailbox');
    await this.#ready(socket, { event: 'ready', details: this.#details(mailbox) });
    try {
      return await this.#quiet.during(request.by === 'api', () => {
        this.#mending.beforeFreeze();
        return this.#standStill(addon, socket, mailbox);
      });
    } finally {
      this.#mending.openGate();
      this.open();
    }
  }

  #standStill(addon: Addon, socket: Socket, mailbox: number): Outcome {
    const takeBack = this.#descriptors.setAside(addon);
    const message = freeze({
      addon,
      parentSocket: () => join(this.record, 'parent.sock'),
      mailbox,
      stdio: stdioDescriptors(),
      last: () => {
        this.#control.close();
        socket.destroy();
      },
    });
    takeBack();
    return this.#wake(message);
  }

  #simulate({ leaveRunning }: CheckpointRequest): Outcome {
    if (leaveRunning) return { kind: 'continued' };
    this.#mending.asIfRestored?.();
    return { kind: 'restored' };
  }

  async #pause({ image }: CheckpointRequest, socket: Socket): Promise<Outcome> {
    await this.#ready(socket, { event: 'pausable', details: this.#programDetails() });
    this.#mending.beforeFreeze();
    const last = () => {
      this.#control.close();
      socket.destroy();
    };
    try {
      const message = standStill({ image, record: this.record, last });
      // Otherwise there is no waker, and somebody may be removing the directory.
      if (message[0] === 'R'.charCodeAt(0)) this.#woken = image;
      return this.#wake(message);
    } finally {
      this.open();
    }
  }

  /** The waker of a paused program waits for its hooks. */
  #tellWaker(error?: unknown): void {
    if (this.#woken === undefined) return;
    tellOutcome(this.#woken, error === undefined ? undefined : serializeError(error));
    this.#woken = undefined;
  }

  #wake(message: Buffer): Outcome {
    const restored = message[0] === 'R'.charCodeAt(0);
    if (restored) this.record = this.#mending.afterRestore(message);
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
      cut: this.#descriptors.cut,
      ...this.#programDetails(),
    };
  }

  #programDetails(): ProgramDetails {
    return {
      node: { version: process.version, path: process.execPath },
      argv: process.argv,
      environmentNames: Object.keys(process.env),
    };
  }

  /** Tells the agent, and waits for its word; if it goes away instead, the checkpoint has failed. */
  #ready(socket: Socket, message: ProgramMessage): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#refused = reject;
      const gone = () => reject(new EngineError('the process that was to dump this program has gone away'));
      if (socket.destroyed) return gone();
      socket.once('close', gone);
      this.#go = () => {
        this.#go = undefined;
        socket.off('close', gone);
        resolve();
      };
      sendLine(socket, message);
    }).finally(() => {
      this.#refused = undefined;
    });
  }
}
