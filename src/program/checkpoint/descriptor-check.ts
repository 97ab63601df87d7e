import { join } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import type { Descriptor } from '../../shared/descriptor.ts';
import { RestoreError } from '../../shared/errors/index.ts';
import type { EngineName } from '../../shared/protocol/engines.ts';
import type { SerializedDescriptor, StartedChild } from '../../shared/protocol/messages.ts';
import { POLICIES_FILE, type Policy, readPolicies } from '../../shared/protocol/policy.ts';
import type { Resource } from '../coordination/resource.ts';
import type { Baseline } from '../descriptors/baseline.ts';
import { allowedFrom, takeCensus } from '../descriptors/census.ts';
import { detachedProcesses } from '../descriptors/detached.ts';
import { isLibrarys, notOwned } from '../descriptors/not-owned.ts';
import { numberOf, type Provenances } from '../descriptors/provenance/index.ts';
import { censusErrors, censusRows, startedChildren } from '../descriptors/report.ts';
import { SetAside } from '../descriptors/set-aside.ts';
import { askForPeers } from '../descriptors/unix-peers.ts';
import type { Abilities, Owner, Verdict } from '../descriptors/verdict.ts';
import type { InsideEngine } from '../engines/engine.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { endCopy } from './end-copy.ts';
import { reopening, rulesIn } from './rules.ts';
import { settled } from './settled.ts';
import { stdioDescriptors, stdioTargets } from './stdio.ts';

/** The circumstances of one census. */
interface Look {
  record: string;
  adapters: {
    /** Lists files that an adapter opens again after the dump, unless a policy says something else. */
    files(): string[];
    /** Lists connections that adapters let go of. */
    sockets(): object[];
    /** Packages that have an adapter. */
    packages: ReadonlySet<string>;
  };
  /** PIDs of processes that take a census themselves. */
  members: number[];
  /** The function that receives every descriptor, for a reader. */
  table: ((rows: SerializedDescriptor[]) => void) | undefined;
  /** True where a connection that nobody owns is an error, and not a note. */
  strict: boolean;
  note(text: string): void;
  /** The engine that was asked for. */
  engine: EngineName;
  /** Hears what each engine cannot carry, where the one that was asked for leaves the choice open. */
  obstacles(engine: EngineName, errors: Error[]): void;
  /** Hears who started the processes below this one. */
  children(children: StartedChild[]): void;
}

type Able = Pick<InsideEngine, 'abilities' | 'choices'>;

const isOwn = ({ descriptor }: Verdict): boolean =>
  !descriptor.process || descriptor.process.isMember === true;

/** Owners of descriptors about which nobody asks who opened them. */
const UNREAD: Owner[] = ['stdio', 'runtime', 'crac'];

/** The census of one program, and what its policies do about descriptors around a dump. */
export class DescriptorCheck {
  readonly #addon: Addon | undefined;
  readonly #baseline: Baseline | undefined;
  readonly #notOpened: Error[] = [];
  readonly #provenances: Provenances;
  /** Returns the program's PID as it is now: a copy's may be another one. */
  readonly #program: () => number;
  readonly #engine: Able;
  #rules: Policy[] | undefined;
  #verdicts: Verdict[] = [];

  /** The resource that tells what policies wanted and could not be done. */
  readonly resource: Resource = {
    afterRestore: () => {
      const errors = this.#notOpened.splice(0);
      if (errors.length > 0) throw new RestoreError(errors);
    },
  };

  /**
   * @param baseline undefined without /proc: then nothing can be checked
   * @param program returns the PID of the program's first process
   * @param engine of which the abilities are asked
   */
  constructor(
    addon: Addon | undefined,
    baseline: Baseline | undefined,
    provenances: Provenances,
    program: () => number,
    engine: Able,
  ) {
    this.#program = program;
    this.#engine = engine;
    this.#addon = addon;
    this.#baseline = baseline;
    this.#provenances = provenances;
  }

  get isPossible(): boolean {
    return this.#baseline !== undefined;
  }

  /**
   * @returns an error for each descriptor that nobody accounts for, and for each process that would be lost
   */
  async take({
    record,
    adapters,
    members,
    table,
    strict,
    note,
    engine,
    obstacles,
    children,
  }: Look): Promise<Error[]> {
    const baseline = this.#baseline;
    if (!baseline) return [];
    // A restored program keeps the rules that it had.
    this.#rules ??= rulesIn(record);
    const policies = [...this.#rules, ...adapters.files().map(reopening)];
    const program = this.#program();
    const isProgram = program === OWN_PID;
    const targets = stdioTargets(isProgram ? 'self' : String(program));
    const { abilities, choices } = this.#engine;
    const chosen = choices?.[engine];
    const look = (of: Abilities) =>
      takeCensus({
        baseline,
        program,
        members,
        stdio: new Set(isProgram ? stdioDescriptors(targets).map(({ fd }) => fd) : []),
        stdioTargets: targets,
        record,
        allowed: allowedFrom(process.env),
        policies,
        abilities: of,
        unixPeers: () => askForPeers(() => this.#addon?.unixPeers() ?? []),
      });
    this.#verdicts = await settled(() => look(chosen ?? abilities));
    // Nobody has chosen yet: each engine's own judgement.
    const open = chosen
      ? []
      : Object.entries(choices ?? {}).map(([name, of]) => ({ name, verdicts: look(of) }));
    const own = this.#own;
    const read = [...own, ...open.flatMap(({ verdicts }) => verdicts.filter(isOwn))].filter(({ owner }) =>
      table ? !UNREAD.includes(owner) : owner === 'error',
    );
    const origins = await this.#provenances.of(
      read.map(({ descriptor }) => descriptor),
      own.map(({ descriptor }) => descriptor),
      this.#addon?.openedBy,
    );
    table?.(censusRows(this.#verdicts, origins));
    const started = startedChildren(this.#provenances.children());
    if (started.length > 0) children(started);
    const connections = this.#notOwned(adapters);
    if (!strict) for (const { message } of connections) note(message);
    const errorsOf = (verdicts: Verdict[]) =>
      censusErrors(verdicts, origins, (pid) => this.#provenances.ofChild(pid));
    for (const { name, verdicts } of open) obstacles(name as EngineName, errorsOf(verdicts));
    return [
      ...(strict ? connections : []),
      ...(open.length > 0 ? [] : errorsOf(this.#verdicts)),
      ...(isProgram ? detachedProcesses() : []),
    ];
  }

  /** Returns errors for the connections that the dump cuts and nobody makes again. */
  #notOwned(adapters: Look['adapters']): Error[] {
    const cut = this.#verdicts.filter(({ outgoing }) => outgoing).map(({ descriptor }) => descriptor);
    if (cut.length === 0) return [];
    const own = new Set(adapters.sockets().map(numberOf));
    const isForeign = ({ process }: Descriptor) => process !== undefined && !process.isMember;
    const here = cut.filter((each) => !isForeign(each) && !own.has(each.fd));
    const origins = this.#provenances.connections(
      here.map(({ fd }) => fd),
      this.#addon?.openedBy,
    );
    const left = here.filter(({ fd }) => {
      const origin = origins.get(fd);
      return origin === undefined || !isLibrarys(origin, adapters.packages);
    });
    return [
      ...left.map((each) => notOwned(each, origins.get(each.fd))),
      ...cut
        .filter(isForeign)
        .map((each) => notOwned(each, this.#provenances.ofChild(each.process?.pid as number))),
    ];
  }

  /** Lists the verdicts on this process's own descriptors. */
  get #own(): Verdict[] {
    return this.#verdicts.filter(({ descriptor }) => !descriptor.process || descriptor.process.isMember);
  }

  /**
   * Carries out the policies, and returns a function that undoes it after the dump. That function is told the record of
   * a restored program, where there may be rules that were given to `crac restore`: they come before those of the
   * checkpoint.
   */
  setAside(addon: Addon): (restored: string | undefined) => void {
    const aside = new SetAside(addon);
    aside.put(this.#own); // the numbers of other processes mean nothing here
    return this.takeBack.bind(this, aside);
  }

  /** @param restored the record of a restored program */
  takeBack(aside: SetAside, restored: string | undefined): void {
    const rules = restored !== undefined && this.hasPolicies(restored) ? readPolicies(restored) : [];
    this.#rules = [...rules, ...(this.#rules ?? [])];
    this.#notOpened.push(...aside.take(rules));
    if (restored !== undefined && aside.lost.length > 0) endCopy(aside.lost); // it would write into what belongs to others
    this.#notOpened.push(...aside.lost);
  }

  /** Few restores are given rules. */
  hasPolicies(record: string): boolean {
    return !this.#addon || this.#addon.fileMark(join(record, POLICIES_FILE)) !== undefined;
  }
}
