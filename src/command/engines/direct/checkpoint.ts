import { rm } from 'node:fs/promises';
import { EngineError, NoEngineError } from '../../../shared/errors/index.ts';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { areGone, hasEnded } from '../../base/processes.ts';
import type { Company } from '../../checkpoint/company/company.ts';
import { writeImage } from '../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../checkpoint/options.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import { nativeGeneratorNotes } from '../../checkpoint/tree/native-generators.ts';
import { treeProcesses } from '../../checkpoint/tree/processes.ts';
import type { Dump, EngineCheckpoint, Writing } from '../engine.ts';
import { bornAt, othersInside, processesBelow } from './children.ts';
import { Conversation, MembersDoor } from './conversation.ts';
import { describeImage, type Seen, see } from './describe.ts';
import { direct } from './engine.ts';
import { type Member, startedAt, startersOf } from './family.ts';
import { checkNoneReplaced, mappedPaths } from './mapped.ts';
import { refusal, remedy } from './refusal.ts';
import type { Reported } from './reported.ts';
import { severalOf, writeSeveral } from './several.ts';
import type { Shared } from './shared.ts';
import { programEnded, type Snapshot } from './snapshot.ts';

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
  /** The child that writes the image of a program that goes on. */
  #snapshot: Snapshot | undefined;
  #seen: Seen | undefined;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** The PID as seen from here; the program may stand in a namespace. */
  get #program(): number {
    const { program } = this.#options.record;
    if (program === undefined)
      throw new CommandError('the program is still being started; try again when it is up', EXIT.target);
    this.#pid ??= this.#seenFromHere(program);
    return this.#pid ?? program;
  }

  #seenFromHere(pid: number): number | undefined {
    const { init } = this.#options.record;
    return init === undefined ? pid : treeProcesses(init).find(({ inside }) => inside === pid)?.pid;
  }

  /** @param pid as the program sees it */
  #lives(pid: number): boolean {
    const seen = this.#seenFromHere(pid);
    return seen !== undefined && !hasEnded(`/proc/${seen}`); // its parent stands still, and takes no notice
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
    const starters = startersOf(company.members);
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
    this.#conversations = [await Conversation.begin(directory, () => !hasEnded(`/proc/${this.#program}`))];
    this.#door = await MembersDoor.open(directory, (pid) => this.#lives(pid));
  }

  processes(): number[] {
    const members = this.#members.map(({ pid }) => pid);
    return [this.#program, ...members.slice(1)].filter(isAlive);
  }

  /** @throws NotWrittenError where the program cannot, and another engine may */
  async write({ partial }: Pick<Writing, 'partial'>): Promise<number | undefined> {
    const [program] = this.#conversations as [Conversation];
    for (const { pid, isProgram } of this.#company?.members ?? [])
      if (!isProgram) this.#conversations.push((this.#door as MembersDoor).with(pid));
    const goesOn = this.#details?.snapshot && (await this.#takeSnapshot(program));
    const [stranger] = this.#strangers().filter((one) => this.#hasStoodStill(one));
    const starters = startersOf(this.#company?.members ?? []);
    if (stranger)
      throw refusal(
        `the program has started a child process meanwhile, ${stranger.pid} (${shortCommand(stranger.command)})${startedAt(starters.get(stranger.pid))}`,
      );
    if (goesOn) return this.#writeSnapshot(partial, this.#snapshot as Snapshot);
    if (this.#conversations.length > 1) await this.#writeAll(partial);
    else await program.write(partial);
    this.#seen = this.#see();
    return undefined;
  }

  /** False of what a program that has gone on has started since. */
  #hasStoodStill({ pid }: { pid: number }): boolean {
    const { writer } = this.#snapshot ?? {};
    if (writer === undefined) return true;
    const [born, end] = [pid, writer].map((each) => bornAt(this.#seenFromHere(each) ?? each));
    return born !== undefined && end !== undefined && born < end;
  }

  /** Has the child write the image of a program that goes on. */
  async #writeSnapshot(partial: string, snapshot: Snapshot): Promise<number> {
    const reported = await snapshot.write(partial);
    this.#seen = this.#see({ writer: this.#seenFromHere(snapshot.writer) ?? snapshot.writer, reported });
    await snapshot.dismiss();
    return (await snapshot.stood()) ?? 0;
  }

  async #writeAll(partial: string): Promise<void> {
    const { stdioTargets } = this.#details as ReadyDetails;
    const [program] = this.#conversations as [Conversation];
    const participants = this.#company?.members ?? [];
    const conversationOf = ({ number, inside }: Member) =>
      number === 0 ? program : (this.#door as MembersDoor).with(inside);
    const { record } = this.#options;
    const several = await severalOf(record, participants, this.#program, stdioTargets, conversationOf);
    this.#members = several.members;
    this.#shared = several.shared;
    await writeSeveral(several, partial, conversationOf);
  }

  /** True where the program has gone on. */
  get goesOn(): boolean {
    return this.#snapshot !== undefined;
  }

  async #takeSnapshot(conversation: Conversation): Promise<boolean> {
    const taken = await conversation.snapshot((writer) => this.#lives(writer));
    if ('refused' in taken) {
      const helps = remedy(taken.refused);
      this.#options.note(
        `the program stands still until its image is complete, because it cannot go on meanwhile: ${taken.refused}${helps ? `; ${helps}` : ''} (docs/checkpoint.md)`,
      );
      return false;
    }
    this.#snapshot = taken;
    return true;
  }

  /** Looks at what the program has besides its memory. */
  #see(snapshot?: { writer: number; reported: Reported }): Seen {
    const standing = { program: this.#program, members: this.#members, shared: this.#shared };
    const { record } = this.#options;
    const seen = see({ ...standing, ...(snapshot && { snapshot }) }, record, this.#details as ReadyDetails);
    checkNoneReplaced(snapshot?.writer ?? this.#program, this.#mapped);
    return seen;
  }

  /** @throws CommandError where the program, whose image is good, has ended since */
  async outcome(text: string): Promise<void> {
    const isHeard = this.#snapshot?.tell(text) ?? true;
    if (!isHeard && text === 'K' && this.processes().length === 0) throw programEnded();
  }

  /** Has the program stand still for another engine. */
  async leave(): Promise<void> {
    for (const conversation of this.#conversations) await conversation.leave();
  }

  async describe(partial: string): Promise<{ size: number }> {
    const details = this.#details as ReadyDetails;
    const several = { members: this.#members, shared: this.#shared };
    return describeImage(partial, this.#seen as Seen, several, this.#options, details).catch((cause) => {
      if (this.processes().length > 0) throw cause;
      throw programEnded({ cause });
    });
  }

  letRun(): void {}

  async end(): Promise<void> {
    const pids = this.processes();
    for (const conversation of [...this.#conversations].reverse()) await conversation.end();
    await areGone(pids); // a connection is closed before other files are
    // Nobody else is left who would remove it, where the program has no supervisor.
    const { init, directory } = this.#options.record;
    if (init === undefined) await rm(directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const conversation of this.#conversations) await conversation.close();
    this.#door?.close();
  }
}
