import { compareVersions } from '../../../base/versions.ts';

/** The version as `criu --version` says it. */
export interface CriuVersion {
  version: string;
  gitId?: string;
}

export interface KernelNeeds {
  /** The oldest CRIU that works. */
  minimum: string;
  /** One clause that says why, for messages. */
  reason: string;
  /** The line that an older CRIU prints on this kernel. */
  signature?: string;
}

/** The needs of kernels, newest first: the first that the kernel has reached decides. */
const NEEDS: readonly (KernelNeeds & { kernel: string })[] = [
  {
    kernel: '6.16',
    minimum: '4.2',
    reason: 'kernel 6.16 and later refuse SO_PASSCRED and SO_PASSSEC on internet sockets',
    signature: "Can't get 1:16 opt",
  },
  {
    kernel: '6.13',
    minimum: '4.2',
    reason:
      'kernel 6.13 and later split the vDSO data (vvar_vclock), and older versions copy the state of getrandom',
    signature: 'vdso: Unexpected rt vDSO area bounds',
  },
  {
    // No error tells of it: with glibc from 2.41 on all copies would draw the same random numbers.
    kernel: '6.11',
    minimum: '4.2',
    reason: 'kernel 6.11 and later keep the state of getrandom in droppable pages, which older versions copy',
  },
  {
    kernel: '0',
    minimum: '3.18',
    reason: 'older versions cannot run without root (--unprivileged)',
    signature: 'You need to be root to run this command',
  },
];

export function parseCriuVersion(output: string): CriuVersion | undefined {
  const version = /^Version:\s*(\S+)/m.exec(output)?.[1];
  if (version === undefined) return undefined;
  const gitId = /^GitID:\s*(\S+)/m.exec(output)?.[1];
  return gitId === undefined ? { version } : { version, gitId };
}

/** Returns the author's version in a package's: no epoch, no revision. */
export function upstreamVersion(packageVersion: string): string {
  return packageVersion.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

/** @param release as `uname -r` prints it */
export function kernelNeeds(release: string): KernelNeeds {
  const { kernel: _, ...needs } = NEEDS.find(
    ({ kernel }) => compareVersions(release.replace(/-.*/, ''), kernel) >= 0,
  ) as (typeof NEEDS)[number];
  return needs;
}

/** Says why this version does not suffice; nothing if it does. */
export function unsuitable(version: string, needs: KernelNeeds): string | undefined {
  if (compareVersions(version, needs.minimum) >= 0) return undefined;
  return `${version} is too old, ${needs.minimum} is needed: ${needs.reason}`;
}
