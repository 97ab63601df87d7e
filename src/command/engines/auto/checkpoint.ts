import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import type { Company } from '../../checkpoint/company/company.ts';
import { writeImage } from '../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../checkpoint/options.ts';
import { criuDump } from '../criu/dump/criu-dump.ts';
import { criu } from '../criu/engine.ts';
import { DirectDump, noEngine } from '../direct/checkpoint.ts';
import { direct } from '../direct/engine.ts';
import { NotWrittenError } from '../direct/refusal.ts';
import type { Dump, EngineCheckpoint, Writing } from '../engine.ts';
import { auto } from './engine.ts';
import { choose, textOf } from './obstacles.ts';

/** Matches what another engine would meet as well: the disk is full, or fails. */
const OF_THE_DISK = /: (?:ENOSPC|EDQUOT|EIO|EROFS|EFBIG) \(/;

export async function checkpointByEither(asked: EngineCheckpoint): Promise<CheckpointResult> {
  const said = new Set<string>(); // both look at the same program
  const note = (text: string) => {
    if (!said.has(text)) asked.options.note(text);
    said.add(text);
  };
  const either = new EitherDump({ ...asked, options: { ...asked.options, note } });
  const result = await writeImage(asked, auto, either);
  return { ...result, engine: either.name };
}

/** One dump by the engine that can make it: direct, if it can carry everything, else criu. */
class EitherDump implements Dump {
  readonly #asked: EngineCheckpoint;
  readonly #options: CheckpointOptions;
  readonly #direct: DirectDump;
  #criu: Dump | undefined;
  #chosen: Dump;
  #details: ReadyDetails | undefined;

  constructor(asked: EngineCheckpoint) {
    this.#asked = asked;
    this.#options = asked.options;
    this.#direct = new DirectDump(asked.options);
    this.#chosen = this.#direct;
  }

  get name(): typeof direct.name {
    return this.#chosen === this.#direct ? direct.name : criu.name;
  }

  get meanwhile(): number {
    return this.#chosen.meanwhile;
  }

  check(): Promise<Error[]> {
    return this.#direct.check();
  }

  async whenHooked(company: Company): Promise<Error[]> {
    const { engineOptions } = this.#options;
    const problems = await choose(company, this.#direct.obstacles(company), engineOptions.length > 0, () =>
      this.#turnToCriu(),
    );
    if (problems.length > 0) return problems;
    company.engine = this.name;
    return [];
  }

  /** Makes criu the engine of this dump. @returns why it cannot be */
  async #turnToCriu(): Promise<Error[]> {
    try {
      this.#criu = await criuDump(this.#asked);
      const problems = await this.#criu.check();
      if (problems.length === 0) this.#chosen = this.#criu;
      return problems;
    } catch (error) {
      return [error as Error];
    }
  }

  async prepare(details: ReadyDetails): Promise<void> {
    this.#details = details;
    await this.#chosen.prepare(details);
  }

  processes(): number[] {
    return this.#chosen.processes();
  }

  async write(writing: Writing): Promise<number | undefined> {
    if (this.#chosen !== this.#direct) return this.#chosen.write(writing);
    try {
      return await this.#direct.write(writing);
    } catch (error) {
      const isPrograms = error instanceof NotWrittenError && !OF_THE_DISK.test(error.reason);
      if (!isPrograms || this.#direct.goesOn) throw error;
      return await this.#takeOver(writing, error);
    }
  }

  async outcome(text: string): Promise<void> {
    await this.#direct.outcome(text);
  }

  /** The program stands still, and has refused to write itself. */
  async #takeOver(writing: Writing, refusal: NotWrittenError): Promise<number | undefined> {
    const reasons = await this.#turnToCriu();
    if (reasons.length > 0) {
      const { message } = noEngine(textOf(reasons));
      throw new NotWrittenError(refusal.reason, message, { cause: refusal });
    }
    this.#options.note(`the engine direct cannot write this program (${refusal.reason}), so criu does`);
    await this.#chosen.prepare(this.#details as ReadyDetails);
    for (const name of await readdir(writing.partial)) await rm(join(writing.partial, name), { force: true });
    await this.#direct.leave();
    return this.#chosen.write(writing);
  }

  describe(partial: string): Promise<{ size: number }> {
    return this.#chosen.describe(partial);
  }

  letRun(): void {
    this.#chosen.letRun();
  }

  end(): Promise<void> {
    return this.#chosen.end();
  }

  async close(): Promise<void> {
    await this.#direct.close();
    await this.#criu?.close();
  }
}
