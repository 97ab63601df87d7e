import { ROOT_NEEDS } from './capabilities.ts';
import type { Runtime } from './container.ts';
import type { ContainerSettings } from './recipes.ts';
import type { ProfileName } from './seccomp-profile.ts';

export const RUNTIMES = ['docker', 'podman', 'kubernetes'] as const;

/** Those whose words we know; the others' settings are told in Docker's. */
export type KnownRuntime = (typeof RUNTIMES)[number];

export const PROFILE_FILE = 'crac-seccomp.json';
const makeProfile = (name: ProfileName): string => `crac doctor --seccomp-profile ${name} > ${PROFILE_FILE}`;

const NODES = 'to /var/lib/kubelet/seccomp/ of each node';

/** A setting of a container, whatever its runtime calls it. */
export type Setting =
  | 'unmask-proc'
  | 'seccomp-off'
  | 'seccomp-restore'
  | 'setfcap'
  | 'root-capabilities'
  | 'lsm-off';

const capabilities = (name: string): string => ROOT_NEEDS.map((one) => `--cap-add ${one}`).join(name);

const FLAGS: Record<'docker' | 'podman', Record<Setting, string>> = {
  docker: {
    'unmask-proc': '--security-opt systempaths=unconfined',
    'seccomp-off': '--security-opt seccomp=unconfined',
    'seccomp-restore': `--security-opt seccomp=${PROFILE_FILE}`,
    setfcap: '--cap-add SETFCAP',
    'root-capabilities': capabilities(' '),
    'lsm-off': '--security-opt apparmor=unconfined',
  },
  podman: {
    'unmask-proc': '--security-opt unmask=ALL',
    'seccomp-off': '--security-opt seccomp=unconfined',
    'seccomp-restore': `--security-opt seccomp=${PROFILE_FILE}`,
    setfcap: '--cap-add SETFCAP',
    'root-capabilities': capabilities(' '),
    'lsm-off': '--security-opt apparmor=unconfined --security-opt label=disable',
  },
};

const KUBERNETES: Record<Setting, string[]> = {
  'unmask-proc': [
    'hostUsers: false   # of the pod',
    'securityContext: { procMount: Unmasked }   # of the container',
  ],
  'seccomp-off': ['securityContext: { seccompProfile: { type: Unconfined } }'],
  'seccomp-restore': [
    `securityContext: { seccompProfile: { type: Localhost, localhostProfile: ${PROFILE_FILE} } }`,
  ],
  setfcap: ['securityContext: { capabilities: { add: [SETFCAP] } }'],
  'root-capabilities': [`securityContext: { capabilities: { add: [${ROOT_NEEDS.join(', ')}] } }`],
  'lsm-off': ['securityContext: { appArmorProfile: { type: Unconfined } }'],
};

export const knownRuntime = (runtime: Runtime): KnownRuntime =>
  runtime === 'podman' || runtime === 'kubernetes' ? runtime : 'docker';

/** In the words of the runtime, a line each, in order. */
export function setting(runtime: Runtime, name: Setting, profile: ProfileName = 'user'): string[] {
  const known = knownRuntime(runtime);
  const make = makeProfile(profile);
  if (known === 'kubernetes')
    return name === 'seccomp-restore' ? [`${make}   # ${NODES}`, ...KUBERNETES[name]] : KUBERNETES[name];
  const run = `${known} run ${FLAGS[known][name]} …`;
  return name === 'seccomp-restore' ? [make, run] : [run];
}

/** Only what must be said, for a container that is there already. */
export function containerFlags(
  runtime: KnownRuntime,
  { capabilities: added, seccomp, unmaskProc }: ContainerSettings,
): string[] {
  const profile = seccomp === 'unconfined' ? undefined : seccomp;
  if (runtime === 'kubernetes')
    return [
      ...(profile ? [`${makeProfile(profile)}   # ${NODES}`] : []),
      ...(unmaskProc ? ['hostUsers: false   # of the pod'] : []),
      `securityContext: { ${[...addedTo(added), seccompProfile(profile), ...(unmaskProc ? ['procMount: Unmasked'] : [])].join(', ')} }`,
    ];
  const flags = [
    ...added.map((name) => `--cap-add ${name}`),
    FLAGS[runtime][profile ? 'seccomp-restore' : 'seccomp-off'],
    ...(unmaskProc ? [FLAGS[runtime]['unmask-proc']] : []),
  ];
  return [...(profile ? [makeProfile(profile)] : []), `${runtime} run ${flags.join(' ')} …`];
}

const addedTo = (names: readonly string[]): string[] =>
  names.length > 0 ? [`capabilities: { add: [${names.join(', ')}] }`] : [];

const seccompProfile = (profile: ProfileName | undefined): string =>
  profile
    ? `seccompProfile: { type: Localhost, localhostProfile: ${PROFILE_FILE} }`
    : 'seccompProfile: { type: Unconfined }';

/** The whole command line, or the part of a pod's description. */
export function containerLines(
  runtime: KnownRuntime,
  settings: ContainerSettings,
  user: number,
  command: string[],
): string[] {
  const profile = settings.seccomp === 'unconfined' ? undefined : settings.seccomp;
  if (runtime === 'kubernetes')
    return [
      ...(profile ? [`# ${makeProfile(profile)}   # ${NODES}`] : []),
      ...podLines(settings, user, command),
    ];
  const flags = FLAGS[runtime];
  const words = [
    `--user ${user}`,
    ['--cap-drop ALL', ...settings.capabilities.map((name) => `--cap-add ${name}`)].join(' '),
    flags[profile ? 'seccomp-restore' : 'seccomp-off'],
    ...(settings.unmaskProc ? [flags['unmask-proc']] : []),
    `--volume IMAGES:/images${profile ? ':ro' : ''} YOURS ${command.join(' ')}`,
  ];
  const lines = [`${runtime} run`, ...words.map((word) => `    ${word}`)].join(' \\\n').split('\n');
  return [...(profile ? [makeProfile(profile)] : []), ...lines];
}

function podLines(
  { capabilities: added, seccomp, unmaskProc }: ContainerSettings,
  user: number,
  command: string[],
): string[] {
  const add = added.length > 0 ? `, add: [${added.join(', ')}]` : '';
  return [
    'spec:',
    ...(unmaskProc ? ['  hostUsers: false   # Kubernetes allows procMount only with it'] : []),
    '  containers:',
    '  - name: app',
    '    image: YOURS',
    `    command: [${command.join(', ')}]`,
    '    securityContext:',
    `      runAsUser: ${user}`,
    `      capabilities: { drop: [ALL]${add} }`,
    `      ${seccompProfile(seccomp === 'unconfined' ? undefined : seccomp)}`,
    ...(unmaskProc ? ['      procMount: Unmasked'] : []),
    `    volumeMounts: [{ name: images, mountPath: /images${seccomp !== 'unconfined' ? ', readOnly: true' : ''} }]`,
  ];
}
