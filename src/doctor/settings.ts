import type { Runtime } from './container.ts';

/** A setting of a container, whatever its runtime calls it. */
export type Setting =
  | 'unmask-proc'
  | 'seccomp-off'
  | 'seccomp-restore'
  | 'setfcap'
  | 'root-capabilities'
  | 'lsm-off';

const CAPABILITIES = 'SETPCAP NET_ADMIN SYS_CHROOT SYS_PTRACE SYS_ADMIN SYS_TIME'.split(' ');

const WORDS: Record<'docker' | 'podman' | 'kubernetes', Record<Setting, string[]>> = {
  docker: {
    'unmask-proc': ['docker run --security-opt systempaths=unconfined …'],
    'seccomp-off': ['docker run --security-opt seccomp=unconfined …'],
    'seccomp-restore': [
      'crac doctor --seccomp-profile > crac-seccomp.json',
      'docker run --security-opt seccomp=crac-seccomp.json …',
    ],
    setfcap: ['docker run --cap-add SETFCAP …', 'docker run --user 1000 …'],
    'root-capabilities': [`docker run ${CAPABILITIES.map((name) => `--cap-add ${name}`).join(' ')} …`],
    'lsm-off': ['docker run --security-opt apparmor=unconfined …'],
  },
  podman: {
    'unmask-proc': ['podman run --security-opt unmask=ALL …'],
    'seccomp-off': ['podman run --security-opt seccomp=unconfined …'],
    'seccomp-restore': [
      'crac doctor --seccomp-profile > crac-seccomp.json',
      'podman run --security-opt seccomp=crac-seccomp.json …',
    ],
    setfcap: ['podman run --cap-add SETFCAP …', 'podman run --user 1000 …'],
    'root-capabilities': [`podman run --cap-add ${CAPABILITIES.join(',')} …`],
    'lsm-off': ['podman run --security-opt apparmor=unconfined --security-opt label=disable …'],
  },
  kubernetes: {
    'unmask-proc': [
      'hostUsers: false   # of the pod',
      'securityContext: { procMount: Unmasked }   # of the container',
    ],
    'seccomp-off': ['securityContext: { seccompProfile: { type: Unconfined } }'],
    'seccomp-restore': [
      'crac doctor --seccomp-profile > crac-seccomp.json   # into /var/lib/kubelet/seccomp of each node',
      'securityContext: { seccompProfile: { type: Localhost, localhostProfile: crac-seccomp.json } }',
    ],
    setfcap: [
      'securityContext: { capabilities: { add: [SETFCAP] } }',
      'securityContext: { runAsUser: 1000 }',
    ],
    'root-capabilities': [`securityContext: { capabilities: { add: [${CAPABILITIES.join(', ')}] } }`],
    'lsm-off': ['securityContext: { appArmorProfile: { type: Unconfined } }'],
  },
};

/** In the words of the runtime, one line each; alternatives and steps in order. */
export function setting(runtime: Runtime, name: Setting): string[] {
  const known = runtime === 'podman' || runtime === 'kubernetes' ? runtime : 'docker';
  return WORDS[known][name];
}
