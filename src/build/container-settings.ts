/**
 * What a container must be given so that a program in it can be checkpointed or restored, beyond a container without any
 * capability: the way of an ordinary user (docs/unprivileged.md). Used by the files that `crac build` writes.
 */
export interface ContainerSettings {
  /** All others are dropped. */
  capabilities: readonly string[];
  /** The profile that system calls are filtered by. */
  seccomp: 'unconfined';
  /** Neither hidden nor read-only parts of /proc. */
  unmaskProc: boolean;
}

/** Not root: the official images of Node have this user, `node`. */
export const USER = 1000;

/** The kernel lets nobody who is under a seccomp filter himself suspend that of the program, which a dump needs. */
export const CHECKPOINT: ContainerSettings = { capabilities: [], seccomp: 'unconfined', unmaskProc: true };

/** The runtimes' own profiles deny `unshare` and `mount` to a container without CAP_SYS_ADMIN. */
export const RESTORE: ContainerSettings = { capabilities: [], seccomp: 'unconfined', unmaskProc: true };

/** Options of `docker run`. */
export function dockerOptions({ capabilities, seccomp, unmaskProc }: ContainerSettings): string[] {
  return [
    '--cap-drop ALL',
    ...capabilities.map((name) => `--cap-add ${name}`),
    '--security-opt no-new-privileges',
    `--security-opt seccomp=${seccomp}`,
    ...(unmaskProc ? ['--security-opt systempaths=unconfined'] : []),
  ];
}

/** The lines of a container's `securityContext` in Kubernetes. */
export function securityContext({ capabilities, unmaskProc }: ContainerSettings): string[] {
  const add = capabilities.length > 0 ? `, add: [${capabilities.join(', ')}]` : '';
  return [
    'allowPrivilegeEscalation: false',
    `capabilities: { drop: [ALL]${add} }`,
    'seccompProfile: { type: Unconfined }',
    ...(unmaskProc ? ['procMount: Unmasked'] : []),
  ];
}
