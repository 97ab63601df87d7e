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

  /** Tells of what policies wanted and what could not be done. */
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

  /** @returns an error for each descriptor that nobody accounts for */
  take(record: string): Error[] {
    if (!this.#baseline) return [];
    // A restored program keeps the rules that it had.
    this.#rules ??= readPolicies(record);
    this.#verdicts = takeCensus({
      baseline: this.#baseline,
      stdio: new Set(stdioDescriptors().map(({ fd }) => fd)),
      record,
      allowed: allowedFrom(process.env),
      policies: this.#rules,
      unixPeers: () => this.#addon?.unixPeers() ?? [],
    });
    return censusErrors(this.#verdicts);
  }

  /** Inodes of unix connections to processes outside. */
  get cut(): number[] {
    return this.#verdicts.filter(({ cut }) => cut).map(({ descriptor }) => descriptor.inode);
  }

  /**
   * Carries out the policies; the function that comes back undoes it after the dump. It is told the record of a restored
   * program, where there may be rules that were given to `crac restore`: they come before those of the checkpoint.
   */
  setAside(addon: Addon): (restored: string | undefined) => void {
    const aside = new SetAside(addon);
    aside.put(this.#verdicts);
    return (restored) => {
      const rules = restored === undefined ? [] : readPolicies(restored);
      this.#rules = [...rules, ...(this.#rules ?? [])];
      this.#notOpened.push(...aside.take(rules));
    };
  }
}
