import { rm } from 'node:fs/promises';
import { EngineError, NoEngineError } from '../../../shared/errors/index.ts';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import type { Company } from '../../checkpoint/company/company.ts';
import { writeImage } from '../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../checkpoint/options.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import { nativeGeneratorNotes } from '../../checkpoint/tree/native-generators.ts';
import { treeProcesses } from '../../checkpoint/tree/processes.ts';
import type { Dump, EngineCheckpoint, Writing } from '../engine.ts';
import { othersInside, processesBelow } from './children.ts';
import { Conversation, MembersDoor, NotWrittenError, refusal } from './conversation.ts';
import { describeImage } from './describe.ts';
import { direct } from './engine.ts';
import { familyOf, type Member } from './family.ts';
import { checkNoneReplaced, mappedPaths } from './mapped.ts';
import { placeOf } from './place.ts';
import { type Shared, sharedOf } from './shared.ts';

export async function checkpointByItself(asked: EngineCheckpoint): Promise<CheckpointResult> {
  const [option] = asked.options.engineOptions;
  if (option !== undefined)
    throw new CommandError(
      `--engine-option ${option}: the engine direct has no options; leave it out, or start the program with --engine criu`,
      EXIT.usage,
    );
  return writeImage(asked, direct, new DirectDump(asked.options));
}

/** Matches the codes of what the census finds (src/shared/errors/open.ts). */
const OPEN = /^ERR_CRAC_OPEN_/;

/** Makes the error of a program that neither engine can dump, behind those that tell why this one cannot. */
export const noEngine = (why: string): Error =>
  new NoEngineError(
    `no engine can write this program here: direct cannot for what is listed with this, and criu, which could carry more, cannot be used: ${why}\nEither close and end in beforeCheckpoint what is listed, or mend that`,
  );

const startedAt = (place: string | undefined): string => (place === undefined ? '' : `, started at ${place}`);

/** Says in which process of several it was. */
const inMember =
  ({ number, name }: Member) =>
  (error: unknown): never => {
    if (number > 0 && error instanceof NotWrittenError) throw refusal(`${name}: ${error.reason}`);
    throw error;
  };

/** One dump by the program itself, which this command only tells when and where. */
export class DirectDump implements Dump {
  readonly meanwhile = 0;
  readonly #options: CheckpointOptions;
  #company: Company | undefined;
  /** The program, and its children in the order of the image once all stand still. */
  #members: Member[] = [];
  #shared: Shared | undefined;
  #door: MembersDoor | undefined;
  /** In the order of the members. */
  #conversations: Conversation[] = [];
  #details: ReadyDetails | undefined;
  #mapped = new Set<string>();
  #pid: number | undefined;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** The PID as seen from here; the program may stand in a namespace. */
  get #program(): number {
    const { program, init } = this.#options.record;
    if (program === undefined)
      throw new CommandError('the program is still being started; try again when it is up', EXIT.target);
    this.#pid ??=
      init === undefined ? program : treeProcesses(init).find(({ inside }) => inside === program)?.pid;
    return this.#pid ?? program;
  }

  async check(): Promise<Error[]> {
    const pids = [this.#program, ...processesBelow(this.#program).map(({ pid }) => pid)];
    refuseLostProtections(this.#program, [this.#program]);
    for (const text of nativeGeneratorNotes(this.#program, pids)) this.#options.note(text);
    return [];
  }

  async whenHooked(company: Company, known: readonly Error[]): Promise<Error[]> {
    this.#company = company;
    const { withoutNamespaces } = this.#options.record;
    const children = this.obstacles(company);
    const isCarried =
      children.length === 0 && !known.some((error) => OPEN.test(String((error as { code?: unknown }).code)));
    if (isCarried || withoutNamespaces === undefined) return children;
    return [...children, noEngine(withoutNamespaces)];
  }

  /** Lists what the census does not see: processes that cannot write themselves. */
  obstacles(company: Company): Error[] {
    this.#company = company;
    const starters = new Map(company.members.flatMap(({ gathered }) => [...gathered.starters]));
    return this.#strangers().map(
      ({ pid, command }) =>
        new EngineError(
          `the program has a child process, ${pid} (${shortCommand(command)})${startedAt(starters.get(pid))}, and the engine direct dumps processes of Node alone: end it in beforeCheckpoint, or start the program with --engine criu`,
        ),
    );
  }

  /** Lists processes of the program that take no part, by the numbers that it knows them by. */
  #strangers(): { pid: number; command: string[] }[] {
    const { init, program } = this.#options.record;
    const found = init === undefined ? processesBelow(this.#program) : othersInside(init, program as number);
    const members = new Set(this.#company?.members.map(({ pid }) => pid));
    return found.filter(({ pid }) => !members.has(pid));
  }

  async prepare(details: ReadyDetails): Promise<void> {
    const { directory } = this.#options.record;
    this.#details = details;
    this.#mapped = mappedPaths(this.#program);
    this.#conversations = [await Conversation.begin(directory)];
    this.#door = await MembersDoor.open(directory);
  }

  processes(): number[] {
    const members = this.#members.map(({ pid }) => pid);
    return [this.#program, ...members.slice(1)].filter(isAlive);
  }

  /** @throws NotWrittenError where the program cannot, and another engine may */
  async write({ partial }: Pick<Writing, 'partial'>): Promise<void> {
    const participants = this.#company?.members ?? [];
    const [program] = this.#conversations as [Conversation];
    for (const { pid, isProgram } of participants)
      if (!isProgram) this.#conversations.push((this.#door as MembersDoor).with(pid));
    const [stranger] = this.#strangers();
    if (stranger)
      throw refusal(
        `the program has started a child process meanwhile, ${stranger.pid} (${shortCommand(stranger.command)})`,
      );
    if (participants.length > 1) await this.#writeAll(partial, program);
    else await program.write(partial);
  }

  /** Has several processes write themselves, side by side. */
  async #writeAll(partial: string, program: Conversation): Promise<void> {
    const door = this.#door as MembersDoor;
    const details = this.#details as ReadyDetails;
    try {
      this.#members = familyOf(this.#options.record, this.#company?.members ?? []);
      refuseLostProtections(
        this.#program,
        this.#members.map(({ pid }) => pid),
      );
      const flat = loadOwnAddon().unixPeers();
      const peers = new Map(
        flat.flatMap((inode, index) => (index % 2 ? [] : [[inode, flat[index + 1] as number]])),
      );
      this.#shared = sharedOf(this.#members, details.stdioTargets, peers);
    } catch (error) {
      throw refusal((error as Error).message);
    }
    const shared = this.#shared;
    const writers = this.#members.map((member) => ({
      member,
      conversation: member.number === 0 ? program : door.with(member.inside),
    }));
    for (const { member, conversation } of writers)
      await conversation.place(placeOf(member, this.#members, shared)).catch(inMember(member));
    const outcomes = await Promise.allSettled(
      writers.map(({ member, conversation }) => conversation.write(partial).catch(inMember(member))),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Has the program stand still for another engine. */
  async leave(): Promise<void> {
    for (const conversation of this.#conversations) await conversation.leave();
  }

  async describe(partial: string): Promise<{ size: number }> {
    const image = await describeImage(
      partial,
      { program: this.#program, members: this.#members, shared: this.#shared },
      this.#options,
      this.#details as ReadyDetails,
    );
    checkNoneReplaced(this.#program, this.#mapped);
    return image;
  }

  letRun(): void {}

  async end(): Promise<void> {
    for (const conversation of [...this.#conversations].reverse()) await conversation.end();
    // Nobody else is left who would remove it, where the program has no supervisor.
    const { init, directory } = this.#options.record;
    if (init === undefined) await rm(directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const conversation of this.#conversations) await conversation.close();
    this.#door?.close();
  }
}
