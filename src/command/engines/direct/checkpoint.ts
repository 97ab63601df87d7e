import { rm } from 'node:fs/promises';
import { EngineError, NoEngineError } from '../../../shared/errors/index.ts';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { Company } from '../../checkpoint/company/company.ts';
import { writeImage } from '../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../checkpoint/options.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import { nativeGeneratorNotes } from '../../checkpoint/tree/native-generators.ts';
import { treeProcesses } from '../../checkpoint/tree/processes.ts';
import type { Dump, EngineCheckpoint, Writing } from '../engine.ts';
import { childrenOf, othersInside } from './children.ts';
import { Conversation } from './conversation.ts';
import { describeImage } from './describe.ts';
import { direct } from './engine.ts';
import { checkNoneReplaced, mappedPaths } from './mapped.ts';

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

/** One dump by the program itself, which this command only tells when and where. */
export class DirectDump implements Dump {
  readonly meanwhile = 0;
  readonly #options: CheckpointOptions;
  #conversation: Conversation | undefined;
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
    refuseLostProtections(this.#program, [this.#program]);
    for (const text of nativeGeneratorNotes(this.#program, [this.#program])) this.#options.note(text);
    return [];
  }

  async whenHooked(company: Company, known: readonly Error[]): Promise<Error[]> {
    const { withoutNamespaces } = this.#options.record;
    const children = this.obstacles(company);
    const isCarried =
      children.length === 0 && !known.some((error) => OPEN.test(String((error as { code?: unknown }).code)));
    if (isCarried || withoutNamespaces === undefined) return children;
    return [...children, noEngine(withoutNamespaces)];
  }

  /** Lists what the census does not see: this engine dumps one process. */
  obstacles({ members }: Company): Error[] {
    const { init, program } = this.#options.record;
    const starters = new Map(members.flatMap(({ gathered }) => [...gathered.starters]));
    const found = init === undefined ? childrenOf(this.#program) : othersInside(init, program as number);
    return found.map(
      ({ pid, command }) =>
        new EngineError(
          `the program has a child process, ${pid} (${shortCommand(command)})${startedAt(starters.get(pid))}, and the engine direct dumps one process: end it in beforeCheckpoint, or start the program with --engine criu`,
        ),
    );
  }

  async prepare(details: ReadyDetails): Promise<void> {
    this.#details = details;
    this.#mapped = mappedPaths(this.#program);
    this.#conversation = await Conversation.begin(this.#options.record.directory);
  }

  processes(): number[] {
    return [this.#program].filter(isAlive);
  }

  /** @throws NotWrittenError where the program cannot, and another engine may */
  async write({ partial }: Pick<Writing, 'partial'>): Promise<void> {
    await this.#conversation?.write(partial);
  }

  /** Has the program stand still for another engine. */
  async leave(): Promise<void> {
    await this.#conversation?.leave();
  }

  async describe(partial: string): Promise<{ size: number }> {
    const image = await describeImage(partial, this.#program, this.#options, this.#details as ReadyDetails);
    checkNoneReplaced(this.#program, this.#mapped);
    return image;
  }

  letRun(): void {}

  async end(): Promise<void> {
    await this.#conversation?.end();
    // Nobody else is left who would remove it, where the program has no supervisor.
    const { init, directory } = this.#options.record;
    if (init === undefined) await rm(directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#conversation?.close();
  }
}
