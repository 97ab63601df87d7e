import { CheckpointError, describeErrors } from '../../../../shared/errors/index.ts';
import { descendants } from '../../../../shared/process-tree.ts';
import type { ReadyDetails } from '../../../../shared/protocol/messages.ts';
import { CommandError, EXIT } from '../../../base/command-error.ts';
import { continueAll, endNamespace } from '../../../base/processes.ts';
import { procOf } from '../../../checkpoint/company/gather.ts';
import { writeImage } from '../../../checkpoint/flow.ts';
import type { CheckpointOptions, CheckpointResult } from '../../../checkpoint/options.ts';
import { checkPackageStands } from '../../../checkpoint/package-replaced.ts';
import { refuseLostProtections } from '../../../checkpoint/protections.ts';
import { nativeGeneratorNotes } from '../../../checkpoint/tree/native-generators.ts';
import { treeProcesses } from '../../../checkpoint/tree/processes.ts';
import { foreignNotes, lastingStrangers, strangers } from '../../../checkpoint/tree/strangers.ts';
import type { Inherited } from '../../../image/contents.ts';
import type { Manifest } from '../../../image/manifest.ts';
import { cpuUse } from '../../../machine/cpu-use.ts';
import type { Dump, EngineCheckpoint, EngineSettings, Writing } from '../../engine.ts';
import { criu } from '../engine.ts';
import { SLICE } from '../image/cow/contents.ts';
import { type OlderImage, openOlderPageFile } from '../image/cow/older-page-file.ts';
import { describeImage, workingDirectory } from '../image/describe.ts';
import { findCriu } from '../install/find.ts';
import type { CriuInstall } from '../install/install-record.ts';
import { warmKdat } from '../install/kdat.ts';
import { stubLibraries } from '../install/stub-libraries.ts';
import { dump } from './attempts.ts';
import { type InheritedStdio, inheritedStdio, stdinIsNonblocking } from './inherited-stdio.ts';
import { refuseProtectionKeys } from './protection-keys.ts';
import { checkReachable } from './reachable.ts';

export const checkpointByCriu = async (asked: EngineCheckpoint): Promise<CheckpointResult> =>
  writeImage(asked, criu, await criuDump(asked));

/** @throws EngineNotFoundError */
export async function criuDump(asked: EngineCheckpoint): Promise<Dump> {
  const { record, engine } = asked.options;
  const settings = { ...record.engineSettings, ...engine?.settings };
  const binary = await findCriu(settings.path === undefined ? {} : { path: settings.path });
  return new CriuDump(asked, settings, binary);
}

/** The facts about the program that were seen before placeholders were put on its standard streams. */
interface Seen {
  children: InheritedStdio;
  inherit: Inherited[];
  cwd: string | undefined;
  nonblockingStdin: boolean;
  details: ReadyDetails;
}

/** One dump by CRIU, which is started in the program's namespaces and sees all of its processes from outside. */
class CriuDump implements Dump {
  readonly meanwhile = SLICE;
  readonly #options: CheckpointOptions;
  readonly #image: string;
  readonly #settings: EngineSettings;
  readonly #binary: CriuInstall;
  /**
   * Settles when the kernel's cache is made: restores on this machine start some 25 ms sooner; without it they work as
   * well.
   */
  #warmed: Promise<unknown> | undefined;
  #stubLibraries: Promise<string[]> | undefined;
  #older: OlderImage | undefined;
  #seen: Seen | undefined;
  #cut: string[] = [];

  constructor({ options, image }: EngineCheckpoint, settings: EngineSettings, binary: CriuInstall) {
    this.#options = options;
    this.#image = image;
    this.#settings = settings;
    this.#binary = binary;
  }

  async check(): Promise<Error[]> {
    const { record, note } = this.#options;
    await checkReachable(record);
    await checkPackageStands(record);
    if (record.init !== undefined) refuseWhatIsLost(record.init);
    this.#warmed = warmKdat(this.#binary).catch(() => undefined);
    this.#stubLibraries = stubLibraries(this.#binary.path);
    const { init } = this.#pids;
    cpuUse(() => treeProcesses(init)); // files that it reads are known then, while the program stands still
    const strange = await lastingStrangers(init);
    for (const text of [...foreignNotes(init), ...nativeGeneratorNotes(init)]) note(text);
    return strange;
  }

  /** PIDs of init, as seen from here, and of the program in its namespace. */
  get #pids(): { init: number; program: number } {
    const { init, program } = this.#options.record;
    if (init === undefined || program === undefined)
      throw new CommandError('the program is still being started; try again when it runs', EXIT.target);
    return { init, program };
  }

  async prepare(details: ReadyDetails): Promise<void> {
    const { record } = this.#options;
    const { init, program } = this.#pids;
    this.#older = await openOlderPageFile(init);
    const proc = procOf(record);
    const children = inheritedStdio(proc, program, details.stdioTargets);
    this.#seen = {
      children,
      inherit: [
        ...details.stdio.map(({ fd, slot }) => ({ slot, name: `/memfd:crac-fd${fd}` })),
        ...children.inherit,
      ],
      cwd: await workingDirectory(record),
      nonblockingStdin: stdinIsNonblocking(proc, program),
      details,
    };
  }

  processes(): number[] {
    return descendants(this.#pids.init);
  }

  async write({ partial, lease, interruption }: Writing): Promise<undefined> {
    const { init, program } = this.#pids;
    const { children, inherit, cwd } = this.#seen as Seen;
    this.#cut = await dump({
      options: this.#options,
      image: this.#image,
      partial,
      criu: this.#binary.path,
      settings: this.#settings,
      older: this.#older,
      children,
      given: new Set([...inherit.map(({ name }) => name), ...(cwd ? [cwd.slice(1)] : [])]),
      lease,
      interruption,
      init,
      program,
    });
    checkStrangers(init); // from now on nothing is started any more
    refuseWhatIsLost(init); // again: from now on nobody can take one any more
  }

  async describe(partial: string): Promise<Manifest> {
    const { details, ...seen } = this.#seen as Seen;
    const binary = { ...this.#binary, stubLibraries: (await this.#stubLibraries) ?? [] };
    return describeImage(this.#options, details, partial, binary, this.#older, { ...seen, cut: this.#cut });
  }

  letRun(): void {
    continueAll(this.processes());
  }

  end(): Promise<void> {
    return endNamespace(this.#pids.init);
  }

  async close(): Promise<void> {
    await this.#older?.file.close();
    await this.#warmed;
  }
}

/** @throws CommandError with what the kernel holds of the program and the engine would lose without a word */
function refuseWhatIsLost(init: number): void {
  refuseProtectionKeys(init);
  refuseLostProtections(init);
}

/** @throws CommandError that names the Node processes without the preload */
function checkStrangers(init: number): void {
  const found = strangers(init);
  if (found.length > 0) throw new CommandError(describeErrors(new CheckpointError(found)), EXIT.failed);
}
