import type { Resource } from '../coordination/resource.ts';
import type { Baseline } from '../descriptors/baseline.ts';
import { allowedFrom, censusErrors, takeCensus } from '../descriptors/census.ts';
import { SetAside } from '../descriptors/set-aside.ts';
import type { Verdict } from '../descriptors/verdict.ts';
import { RestoreError } from '../errors/index.ts';
import { type Policy, readPolicies } from '../protocol/policy.ts';
import type { Addon } from './addon.ts';
import { stdioDescriptors } from './stdio.ts';

/** The census of one program, and what its policies do about descriptors around a dump. */
export class DescriptorCheck {
  readonly #addon: Addon | undefined;
  readonly #baseline: Baseline | undefined;
  readonly #notOpened: Error[] = [];
  #rules: Policy[] | undefined;
  #verdicts: Verdict[] = [];

  /** Tells of files that a policy wanted to be opened again and that could not be. */
  readonly resource: Resource = {
    afterRestore: () => {
      const errors = this.#notOpened.splice(0);
      if (errors.length > 0) throw new RestoreError(errors);
    },
  };

  /** @param baseline undefined without /proc: then nothing can be checked */
  constructor(addon: Addon | undefined, baseline: Baseline | undefined) {
    this.#addon = addon;
    this.#baseline = baseline;
  }

  get isPossible(): boolean {
    return this.#baseline !== undefined;
  }

  /** Of the last census. */
  get verdicts(): readonly Verdict[] {
    return this.#verdicts;
  }

  /**
   * @param files those that an adapter has opened again after the dump, unless a policy says something else
   * @returns an error for each descriptor that nobody accounts for
   */
  take(record: string, files: string[] = []): Error[] {
    if (!this.#baseline) return [];
    // A restored program keeps the rules that it had.
    this.#rules ??= readPolicies(record);
    this.#verdicts = takeCensus({
      baseline: this.#baseline,
      stdio: new Set(stdioDescriptors().map(({ fd }) => fd)),
      record,
      allowed: allowedFrom(process.env),
      policies: [...this.#rules, ...files.map(reopening)],
      unixPeers: () => this.#addon?.unixPeers() ?? [],
    });
    return censusErrors(this.#verdicts);
  }

  /** Inodes of unix connections to processes outside. */
  get cut(): number[] {
    return this.#verdicts.filter(({ cut }) => cut).map(({ descriptor }) => descriptor.inode);
  }

  /** Carries out the policies; the function that comes back undoes it after the dump. */
  setAside(addon: Addon): () => void {
    const aside = new SetAside(addon);
    aside.put(this.#verdicts);
    return () => this.#notOpened.push(...aside.take());
  }
}

const reopening = (path: string): Policy => ({
  type: 'filedescriptor',
  action: 'reopen',
  regex: `^${path.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`,
  line: 0,
});
