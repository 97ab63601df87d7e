import { closeSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import {
  CheckpointError,
  deserializeError,
  EngineError,
  RecursiveCheckpointError,
  serializeError,
} from '../../shared/errors/index.ts';
import { sendLine } from '../../shared/protocol/lines.ts';
import type {
  AgentMessage,
  CheckpointRequest,
  SerializedDescriptor,
  SerializedRandomness,
} from '../../shared/protocol/messages.ts';
import { READY_FILE } from '../../shared/protocol/ready.ts';
import { DEFAULT_LIMIT } from '../adapters/doors.ts';
import { hasAdapter } from '../adapters/known.ts';
import { Multicast } from '../adapters/multicast.ts';
import { pidNames } from '../adapters/pid-names.ts';
import type { Adapters } from '../adapters/registry.ts';
import { runCheckpointCycle } from '../coordination/cycle.ts';
import type { Runtime } from '../coordination/runtime.ts';
import type { Mending } from '../fixups/fixups.ts';
import type { Interlude } from '../fixups/interlude.ts';
import type { NewCopy } from '../fixups/new-copy.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { runningWorkers } from '../fixups/running-workers.ts';
import { rowsOfWorkers } from '../fixups/worker-copy.ts';
import { attentiveWorkers } from '../fixups/worker-environment.ts';
import { ApiRequest } from './api-request.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Control } from './control.ts';
import type { DescriptorCheck } from './descriptor-check.ts';
import { programDetails, readyDetails } from './details.ts';
import { freeze, untilReleased } from './freeze.ts';
import { FrontDoor } from './front-door.ts';
import { Consent } from './go-ahead.ts';
import { Quiet } from './quiesce.ts';
import { standStill, tellOutcome } from './stand-still.ts';
import { stdioDescriptors } from './stdio.ts';
import { Together } from './together.ts';

type Outcome = { kind: 'restored' } | { kind: 'continued' };

// A program's fake timers must not hold up a checkpoint.
const { setImmediate } = globalThis;

/** Milliseconds in which a Worker whose loop turns answers, also on a busy machine; the program goes on meanwhile. */
const LOOK_LIMIT = 1000;

/** Whoever waited for the restore is served first: his connection is taken in one turn of the loop, read in the next. */
const afterWaitingRequest = (action: () => void) => setImmediate(() => setImmediate(action));

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
  readonly #interlude: Interlude;
  readonly #descriptors: DescriptorCheck;
  readonly #adapters: Adapters;
  readonly #quiet: Quiet;
  readonly #newCopy: NewCopy | undefined;
  readonly #api = new ApiRequest();
  readonly #multicast = new Multicast();
  readonly #isProgram: boolean;
  readonly #control: Control;
  readonly #consent = new Consent();
  #woken: string | undefined;
  /** The agent's connection in a checkpoint that is going on. */
  #conductor: Socket | undefined;

  /**
   * @param isProgram false for a child of the program's first process
   * @param addon undefined for the engines that need nothing native
   */
  constructor(
    isProgram: boolean,
    record: string,
    addon: Addon | undefined,
    runtime: Runtime,
    mending: Mends,
    interlude: Interlude,
    descriptors: DescriptorCheck,
    adapters: Adapters,
    newCopy?: NewCopy,
  ) {
    this.#isProgram = isProgram;
    this.#control = new Control(isProgram ? 'app.sock' : `${OWN_PID}.sock`, (message, socket) =>
      this.#receive(message, socket),
    );
    this.#newCopy = newCopy;
    this.record = record;
    this.#addon = addon;
    this.#runtime = runtime;
    this.#mending = mending;
    this.#interlude = interlude;
    this.#descriptors = descriptors;
    this.#adapters = adapters;
    this.#quiet = new Quiet(
      adapters,
      mending,
      addon && new FrontDoor(addon, (path) => dirname(path) === this.record),
    );
  }

  open(): void {
    this.#control.open(this.record);
  }

  request(options: { leaveRunning?: boolean; image?: string }): Promise<void> {
    return this.#api.make(this.record, options);
  }

  /** @throws EngineError when the record has gone with the process that it belongs to */
  sayReady(): void {
    try {
      writeFileSync(join(this.record, READY_FILE), '', { mode: 0o600 });
    } catch (cause) {
      throw new EngineError('the `crac` process that runs this program is gone', { cause });
    }
  }

  #receive(message: AgentMessage, socket: Socket): void {
    switch (message.op) {
      case 'ping':
        sendLine(socket, { event: 'pong', pid: OWN_PID });
        break;
      case 'refuse':
        if (socket === this.#conductor) this.#consent.refuse(deserializeError(message.error));
        else this.#api.refuse(deserializeError(message.error));
        break;
      case 'checkpoint':
        this.#checkpoint(message, socket);
        break;
      default:
        this.#consent.answer(message);
    }
  }

  async #checkpoint(request: CheckpointRequest, socket: Socket): Promise<void> {
    const { asker = OWN_PID } = request.company ?? {};
    const byApi = request.by === 'api' && this.#api.isPending && asker === OWN_PID;
    if (this.#runtime.checkpointing) {
      this.#refuseSecond(request, socket);
      if (byApi) this.#api.refuse(new RecursiveCheckpointError());
      return;
    }
    const together = request.company && new Together(this.#consent, socket, request);
    this.#conductor = socket;
    this.#consent.begin();
    this.#adapters.doors.limit = request.wait ?? DEFAULT_LIMIT;
    try {
      await runCheckpointCycle({
        runtime: this.#runtime,
        context: this.#runtime.globalContext,
        runtimeResources: [this.#adapters.resource, this.#descriptors.resource, this.#multicast.resource],
        wait: this.#adapters.doors.limit,
        census: () => this.#census(request, socket),
        ...(together && { agree: (failures) => together.agree(failures) }),
        dump: () => this.#dump(request, socket, together),
        ...(together && {
          conclude: (failures, afterwards) => together.conclude(this.record, failures, afterwards),
        }),
      });
      // Only now: what afterRestore of a simulated checkpoint throws is part of its outcome.
      if (!together && request.dryRun) sendLine(socket, { event: 'done', kind: 'dry-run' });
      this.#tellWaker();
      if (byApi) this.#api.succeed();
    } catch (error) {
      this.#tellWaker(error);
      if (!together && !socket.destroyed) {
        sendLine(socket, { event: 'failed', error: serializeError(error) });
        socket.end();
      }
      if (byApi) this.#api.fail(error);
      // Where the agent has heard of it, it tells of it.
      else if (
        (error as { code?: string }).code === 'ERR_CRAC_RESTORE_FAILED' &&
        (!together || socket.destroyed)
      )
        process.stderr.write(`${String((error as Error).message)}\n`);
    } finally {
      this.#conductor = undefined;
    }
  }

  #refuseSecond({ company }: CheckpointRequest, socket: Socket): void {
    const error = new CheckpointError([new RecursiveCheckpointError()]);
    if (company)
      sendLine(socket, { event: 'resumed', errors: error.errors.map(serializeError), afterwards: [] });
    else sendLine(socket, { event: 'failed', error: serializeError(error) });
    socket.end();
  }

  /** Every open descriptor is accounted for, or is an error. */
  async #census(
    { dryRun, printResources, company, strict = false }: CheckpointRequest,
    socket: Socket,
  ): Promise<Error[]> {
    for (const text of [...this.#adapters.takeNotes(), ...pidNames()])
      sendLine(socket, { event: 'note', text });
    if (!this.#descriptors.isPossible)
      sendLine(socket, { event: 'progress', text: `descriptors cannot be checked on ${process.platform}` });
    const tell = (descriptors: SerializedDescriptor[]) => sendLine(socket, { event: 'census', descriptors });
    const table = dryRun || printResources ? tell : undefined;
    if (dryRun && this.#newCopy?.letGo()) {
      if (this.#addon) await collectGarbage(this.#addon, 'all');
      await this.#tellRandomness(socket);
    }
    return this.#descriptors.take({
      record: this.record,
      adapters: this.#adapters,
      members: company?.members ?? [],
      table,
      strict,
      note: (text) => sendLine(socket, { event: 'note', text }),
    });
  }

  async #tellRandomness(socket: Socket): Promise<void> {
    this.#newCopy?.findDerived();
    const own = [
      ...(this.#newCopy?.rows() ?? []),
      ...(await rowsOfWorkers(await attentiveWorkers(runningWorkers().ids, LOOK_LIMIT))),
    ];
    const rows = this.#isProgram ? own : own.map((row) => ({ ...row, process: OWN_PID }));
    if (rows.length > 0) sendLine(socket, { event: 'randomness', rows });
    for (const row of rows)
      if (row.action === 'gone' && !hasAdapter(row.place))
        sendLine(socket, { event: 'note', text: derived(row) });
  }

  async #dump(request: CheckpointRequest, socket: Socket, together?: Together): Promise<Outcome> {
    if (request.dryRun) return { kind: 'continued' };
    if (request.engine === 'simulate') return this.#simulate(request);
    if (request.engine === 'pause') return this.#pause(request, socket);
    const addon = this.#addon;
    if (!addon) throw new EngineError('this program was started without the native part');
    this.#newCopy?.letGo();
    this.#interlude.begin();
    await collectGarbage(addon, request.collect ?? 'all');
    this.#interlude.end();
    if (!together)
      throw new EngineError('the command and this program are of different versions of node-crac');
    await this.#tellRandomness(socket); // now it is known what has gone
    const mailbox = addon.memoryFile('crac-mailbox');
    let stood = false;
    try {
      const stdio = this.#isProgram ? stdioDescriptors() : []; // children's are given again as they were
      await together.ready(readyDetails(mailbox, stdio));
      await this.#mending.findWorkers();
      const others = {
        allQuiet: () => together.allQuiet(),
        busy: () => together.busy(),
        hold: () => together.hold(addon, mailbox),
      };
      const asker = request.company?.asker === OWN_PID;
      return await this.#quiet.during(request.by === 'api' && asker, others, () => {
        this.#interlude.begin();
        this.#mending.beforeFreeze(together.company);
        stood = true; // the mailbox is closed there
        try {
          return this.#standStill(addon, socket, mailbox);
        } finally {
          this.#interlude.end();
        }
      });
    } finally {
      if (!stood) closeSync(mailbox);
      this.#mending.openGate();
      if (stood) afterWaitingRequest(() => this.open());
    }
  }

  #standStill(addon: Addon, socket: Socket, mailbox: number): Outcome {
    const takeBack = this.#descriptors.setAside(addon);
    const message = freeze({
      addon,
      parentSocket: () => join(this.record, 'parent.sock'),
      mailbox,
      stdio: this.#isProgram ? stdioDescriptors() : [],
      last: () => {
        this.#control.close();
        socket.destroy();
      },
    });
    const restored = message[0] === 'R';
    try {
      return this.#wake(message);
    } finally {
      takeBack(restored ? this.record : undefined);
      if (restored) untilReleased(addon, mailbox);
    }
  }

  #simulate({ leaveRunning }: CheckpointRequest): Outcome {
    if (leaveRunning) return { kind: 'continued' };
    this.#mending.asIfRestored?.();
    return { kind: 'restored' };
  }

  async #pause({ image }: CheckpointRequest, socket: Socket): Promise<Outcome> {
    await this.#consent.ask(socket, { event: 'pausable', details: programDetails() });
    this.#interlude.begin();
    this.#mending.beforeFreeze();
    const last = () => {
      this.#control.close();
      socket.destroy();
    };
    try {
      const message = standStill({ image, record: this.record, last });
      // Otherwise there is no waker, and somebody may be removing the directory.
      if (message[0] === 'R') this.#woken = image;
      return this.#wake(message);
    } finally {
      this.#interlude.end();
      this.open();
    }
  }

  /** The waker of a paused program waits for its hooks. */
  #tellWaker(error?: unknown): void {
    if (this.#woken === undefined) return;
    tellOutcome(this.#woken, error === undefined ? undefined : serializeError(error));
    this.#woken = undefined;
  }

  #wake(message: string): Outcome {
    const restored = message[0] === 'R';
    if (restored) this.record = this.#mending.afterRestore(message);
    if (restored) return { kind: 'restored' };
    if (message[0] === 'C') return { kind: 'continued' };
    throw new EngineError(message.slice(1) || 'the engine failed');
  }
}

const derived = ({ bytes, place, thread }: SerializedRandomness): string =>
  `${bytes} random bytes were drawn at ${place}${thread ? `, ${thread}` : ''}, and their memory is gone: if ids are cut from what was made of them (a string, a list), all copies make the same ones. Draw anew in onCopy() (docs/library.md).`;
