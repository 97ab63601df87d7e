import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import {
  CheckpointError,
  deserializeError,
  EngineError,
  RecursiveCheckpointError,
  serializeError,
} from '../../shared/errors/index.ts';
import { sendLine } from '../../shared/protocol/lines.ts';
import type { AgentMessage, CheckpointRequest } from '../../shared/protocol/messages.ts';
import { READY_FILE } from '../../shared/protocol/ready.ts';
import { DEFAULT_LIMIT } from '../adapters/doors.ts';
import { Multicast } from '../adapters/multicast.ts';
import { awaitsRestore } from '../coordination/context.ts';
import { runCheckpointCycle } from '../coordination/cycle.ts';
import type { Runtime } from '../coordination/runtime.ts';
import type { InsideEngine, Outcome, Talk } from '../engines/engine.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { ApiRequest } from './api-request.ts';
import { compileAhead } from './compile-ahead.ts';
import { Control } from './control.ts';
import { GoAhead } from './go-ahead.ts';
import { OwnProcess, type Parts } from './own-process.ts';
import { Conversation } from './talk.ts';

export type ControllerParts = Omit<Parts, 'control' | 'fixups' | 'awaitsHooks'> & {
  runtime: Runtime;
  engine: InsideEngine;
};

/**
 * The controller of this process: it takes requests for checkpoints, one at a time, and takes the process through the
 * cycle of each.
 */
export class Controller {
  readonly #runtime: Runtime;
  readonly #engine: InsideEngine;
  readonly #parts: ControllerParts;
  readonly #own: OwnProcess;
  readonly #api = new ApiRequest();
  readonly #multicast = new Multicast();
  readonly #control: Control;
  readonly #goAhead = new GoAhead();
  /** The image of the last checkpoint, where the program went on before it was under its name. */
  #image: Promise<void> | undefined;
  /** The same until its checkpoint's hooks are done, also when it is settled. */
  #goesOnWith: Promise<void> | undefined;
  /** The agent's connection in the checkpoint that is going on. */
  #conductor: Socket | undefined;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
    this.#engine = parts.engine;
    this.#control = new Control(
      () => (parts.isProgram ? 'app.sock' : `${OWN_PID}.sock`),
      (message, socket) => this.#receive(message, socket),
    );
    this.#own = new OwnProcess({
      ...parts,
      fixups: parts.engine.fixups,
      control: this.#control,
      awaitsHooks: awaitsRestore.bind(undefined, parts.runtime.globalContext),
    });
  }

  open(): void {
    this.#own.open();
  }

  /**
   * Begins a checkpoint that nobody asks for over the socket.
   * @throws CheckpointError, RestoreError with what has failed
   */
  async begin(request: CheckpointRequest, talk: Talk): Promise<void> {
    try {
      await this.#cycle(request, talk);
      this.#engine.concluded?.();
    } catch (error) {
      this.#engine.concluded?.(error);
      throw error;
    }
  }

  request(options: { leaveRunning?: boolean; image?: string }): Promise<void> {
    return this.#api.make(this.#own.record, options, this.#engine.ask?.bind(this.#engine));
  }

  /** @throws EngineError when the record has gone with the process that it belongs to */
  sayReady(): void {
    try {
      writeFileSync(join(this.#own.record, READY_FILE), '', { mode: 0o600 });
    } catch (cause) {
      throw new EngineError('the `crac` process that runs this program is gone', { cause });
    }
  }

  #receive(message: AgentMessage, socket: Socket): void {
    switch (message.op) {
      case 'ping':
        sendLine(socket, { event: 'pong', pid: OWN_PID });
        break;
      case 'written':
        sendLine(socket, { event: 'written', pages: this.#parts.addon?.writtenPages() ?? [] });
        break;
      case 'refuse':
        if (socket === this.#conductor) this.#goAhead.refuse(deserializeError(message.error));
        // A program that has gone on hears it from its image, and tells it when its hooks are done.
        else if (!this.#goesOnWith && !this.#image)
          this.#api.refuse(deserializeError(message.error), message.call);
        break;
      case 'checkpoint':
        this.#checkpoint(message, socket);
        break;
      default:
        this.#goAhead.answer(message);
    }
  }

  async #checkpoint(request: CheckpointRequest, socket: Socket): Promise<void> {
    const { asker = OWN_PID } = request.company ?? {};
    const byApi = request.by === 'api' && this.#api.isPending && asker === OWN_PID;
    if (this.#runtime.checkpointing || this.#image) {
      const error = this.#image ? new EngineError(STILL_WRITTEN) : new RecursiveCheckpointError();
      refuseSecond(request, socket, error);
      if (byApi) this.#api.refuse(error);
      return;
    }
    if (byApi) this.#api.take();
    const talk = new Conversation(socket, request, this.#goAhead, this.#control);
    this.#conductor = socket;
    try {
      await this.#untilWritten(this.#cycle(request, talk));
      this.#engine.concluded?.();
      if (byApi) this.#api.succeed();
    } catch (error) {
      this.#engine.concluded?.(error);
      if (!talk.together && !talk.isOver) talk.fail({ event: 'failed', error: serializeError(error) });
      const ofHooks = [error, (error as Error).cause].find(isOfHooks);
      if (byApi) this.#api.fail(error);
      // Where the agent has heard of the failure, the agent tells of it.
      else if (ofHooks && (!talk.together || talk.isOver))
        process.stderr.write(`${String(ofHooks.message)}\n`);
    } finally {
      this.#conductor = undefined;
    }
  }

  async #cycle(request: CheckpointRequest, talk: Talk): Promise<void> {
    const { together } = talk;
    const { adapters, descriptors } = this.#parts;
    const runtimeResources = [adapters.resource, descriptors.resource, this.#multicast.resource];
    if (!request.dryRun) compileAhead([...runtimeResources, ...adapters.resources(), { awaitsRestore }]);
    adapters.doors.limit = request.wait ?? DEFAULT_LIMIT;
    await runCheckpointCycle({
      runtime: this.#runtime,
      context: this.#runtime.globalContext,
      runtimeResources,
      wait: adapters.doors.limit,
      census: () => this.#own.census(request, talk),
      ...(together && { agree: (failures) => together.agree(failures) }),
      dump: () => this.#dump(request, talk),
      ...(together && { conclude: together.conclude.bind(together, this.#own) }),
    }).finally(this.#own.admit.bind(this.#own));
    // Only now: what afterRestore of a simulated checkpoint throws is part of its outcome.
    if (!together && request.dryRun) talk.tell({ event: 'done', kind: 'dry-run' });
  }

  /**
   * Waits for the image of a program that has gone on: hooks may be done before it is, or after.
   * @throws CheckpointError with the reason why there is no image, although the hooks have run as if there was one, and
   * with what they have thrown
   */
  async #untilWritten(cycle: Promise<void>): Promise<void> {
    const [end] = await Promise.allSettled([cycle]);
    const image = this.#goesOnWith;
    this.#goesOnWith = undefined;
    const failed = end.status === 'rejected' ? [end.reason] : [];
    await image?.catch((reason) => {
      throw new CheckpointError([reason, ...failed], { cause: failed[0] });
    });
    if (end.status === 'rejected') throw end.reason;
  }

  async #dump(request: CheckpointRequest, talk: Talk): Promise<Outcome> {
    if (request.dryRun) return { kind: 'continued' };
    const outcome = await this.#engine.dump(request, talk, this.#own);
    this.#image = this.#goesOnWith = outcome.image;
    const over = () => {
      this.#image = undefined;
    };
    this.#image?.then(over, over);
    return outcome;
  }
}

const isOfHooks = (error: unknown): error is Error =>
  (error as { code?: string } | undefined)?.code === 'ERR_CRAC_RESTORE_FAILED';

const STILL_WRITTEN =
  'the image of the last checkpoint is still being written, and the program goes on meanwhile; ask again when the command that makes it has ended';

function refuseSecond({ company }: CheckpointRequest, socket: Socket, reason: Error): void {
  const error = new CheckpointError([reason]);
  if (company)
    sendLine(socket, { event: 'resumed', errors: error.errors.map(serializeError), afterwards: [] });
  else sendLine(socket, { event: 'failed', error: serializeError(error) });
  socket.end();
}
