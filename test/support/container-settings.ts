import { execFileSync } from 'node:child_process';
import type { Operation } from '../../src/command/doctor/finding.ts';
import type { Recipe } from '../../src/command/doctor/recipes.ts';
import type { ProfileName, SeccompProfile } from '../../src/command/doctor/seccomp-profile.ts';
import type { Confinement } from './container.ts';
import { CRAC } from './crac.ts';

/** The output of `crac doctor --for docker --json`. */
interface Printed {
  recipes: (Recipe & { user: number })[];
}

const printed = <T>(...words: string[]): T =>
  JSON.parse(execFileSync(CRAC, ['doctor', ...words], { encoding: 'utf8' })) as T;

export const profile = (name: ProfileName): SeccompProfile =>
  printed<SeccompProfile>('--seccomp-profile', name);

/** Returns the printed settings, as an OCI configuration has them. */
export function settingsOf(name: Recipe['name'], operation: Operation): Confinement {
  const { recipes } = printed<Printed>('--for', 'docker', '--json');
  const { user, [operation]: settings } = recipes.find(
    (one) => one.name === name,
  ) as Printed['recipes'][number];
  return {
    user,
    capabilities: settings.capabilities,
    maskProc: !settings.unmaskProc,
    ...(settings.seccomp !== 'unconfined' && { seccomp: profile(settings.seccomp) }),
    readOnlyImages: operation === 'restore',
  };
}

const EPERM = 1;
export const ENOSYS = 38;

/** Returns the profile without one of the calls that it allows. */
export function denying(name: ProfileName, call: string, errnoRet = EPERM): SeccompProfile {
  const { syscalls, ...rest } = profile(name);
  return { ...rest, syscalls: [...syscalls, { names: [call], action: 'SCMP_ACT_ERRNO', errnoRet }] };
}

export const without = (settings: Confinement, capability: string): Confinement => ({
  ...settings,
  capabilities: (settings.capabilities ?? []).filter((name) => name !== capability),
});
