import { rm } from 'node:fs/promises';
import { EngineError } from '../../../shared/errors/index.ts';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { writeImage } from '../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../checkpoint/options.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import { nativeGeneratorNotes } from '../../checkpoint/tree/native-generators.ts';
import type { Dump, EngineCheckpoint, Writing } from '../engine.ts';
import { childrenOf } from './children.ts';
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

/** One dump by the program itself, which this command only tells when and where. */
class DirectDump implements Dump {
  readonly meanwhile = 0;
  readonly #options: CheckpointOptions;
  #conversation: Conversation | undefined;
  #details: ReadyDetails | undefined;
  #mapped = new Set<string>();

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  get #program(): number {
    const { program } = this.#options.record;
    if (program === undefined)
      throw new CommandError('the program is still being started; try again when it is up', EXIT.target);
    return program;
  }

  async check(): Promise<Error[]> {
    refuseLostProtections(this.#program, [this.#program]);
    for (const text of nativeGeneratorNotes(this.#program, [this.#program])) this.#options.note(text);
    return childrenOf(this.#program).map(
      ({ pid, command }) =>
        new EngineError(
          `the program has a child process, ${pid} (${shortCommand(command)}), and the engine direct dumps one process: end it in beforeCheckpoint, or start the program with --engine criu`,
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

  async write({ partial }: Writing): Promise<void> {
    await this.#conversation?.write(partial);
  }

  async describe(partial: string): Promise<{ size: number }> {
    const image = await describeImage(partial, this.#program, this.#options, this.#details as ReadyDetails);
    checkNoneReplaced(this.#program, this.#mapped);
    return image;
  }

  letRun(): void {}

  async end(): Promise<void> {
    await this.#conversation?.end();
    // Nobody else is left who would remove it.
    await rm(this.#options.record.directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#conversation?.close();
  }
}
