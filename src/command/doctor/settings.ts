import { ROOT_NEEDS } from './capabilities.ts';
import type { Runtime } from './container.ts';
import type { ContainerSettings } from './recipes.ts';
import type { ProfileName } from './seccomp-profile.ts';

export const RUNTIMES = ['docker', 'podman', 'kubernetes'] as const;

/** A runtime whose words we know; the others' settings are told in Docker's. */
export type KnownRuntime = (typeof RUNTIMES)[number];

export const PROFILE_FILE = 'crac-seccomp.json';

/** Prints the profile that the settings name. */
export const makeProfile = (name: ProfileName): string =>
  `crac doctor --seccomp-profile ${name} > ${PROFILE_FILE}`;

export const NODES = 'to /var/lib/kubelet/seccomp/ of each node';

/** A setting of a container, whatever its runtime calls it. */
export type Setting =
  | 'unmask-proc'
  | 'seccomp-off'
  | 'seccomp-restore'
  | 'setfcap'
  | 'root-capabilities'
  | 'lsm-off';

export const USER_NAMESPACE = 'Kubernetes allows procMount only with it';

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

/** Returns one option of `docker run` or `podman run`. */
export const flag = (runtime: 'docker' | 'podman', name: Setting): string => FLAGS[runtime][name];

/** Returns the setting in the words of the runtime, a line each, in order. */
export function setting(runtime: Runtime, name: Setting, profile: ProfileName = 'user'): string[] {
  const known = knownRuntime(runtime);
  const make = makeProfile(profile);
  if (known === 'kubernetes')
    return name === 'seccomp-restore' ? [`${make}   # ${NODES}`, ...KUBERNETES[name]] : KUBERNETES[name];
  const run = `${known} run ${FLAGS[known][name]} …`;
  return name === 'seccomp-restore' ? [make, run] : [run];
}

const profileOf = ({ seccomp }: ContainerSettings): ProfileName | undefined =>
  seccomp === 'unconfined' ? undefined : seccomp;

/** Returns the options for seccomp and /proc. */
const confinement = (runtime: 'docker' | 'podman', settings: ContainerSettings): string[] => [
  FLAGS[runtime][profileOf(settings) ? 'seccomp-restore' : 'seccomp-off'],
  ...(settings.unmaskProc ? [FLAGS[runtime]['unmask-proc']] : []),
];

/** Returns the options of `docker run` or `podman run`: nothing else is given to the container. */
export function runOptions(runtime: 'docker' | 'podman', settings: ContainerSettings): string[] {
  const capabilities = ['--cap-drop ALL', ...settings.capabilities.map((name) => `--cap-add ${name}`)];
  return [capabilities.join(' '), ...confinement(runtime, settings)];
}

const seccompProfile = (settings: ContainerSettings): string =>
  profileOf(settings)
    ? `seccompProfile: { type: Localhost, localhostProfile: ${PROFILE_FILE} }`
    : 'seccompProfile: { type: Unconfined }';

/** Returns the lines of a container's `securityContext` in Kubernetes: nothing else is given to the container. */
export function securityContext(settings: ContainerSettings): string[] {
  const { capabilities: added, unmaskProc } = settings;
  return [
    `capabilities: { drop: [ALL]${added.length > 0 ? `, add: [${added.join(', ')}]` : ''} }`,
    seccompProfile(settings),
    ...(unmaskProc ? ['procMount: Unmasked'] : []),
  ];
}

/** Returns only what must be said, for a container that is there already. */
export function containerFlags(runtime: KnownRuntime, settings: ContainerSettings): string[] {
  const { capabilities: added, unmaskProc } = settings;
  const profile = profileOf(settings);
  if (runtime === 'kubernetes')
    return [
      ...(profile ? [`${makeProfile(profile)}   # ${NODES}`] : []),
      ...(unmaskProc ? ['hostUsers: false   # of the pod'] : []),
      `securityContext: { ${[...addedTo(added), seccompProfile(settings), ...(unmaskProc ? ['procMount: Unmasked'] : [])].join(', ')} }`,
    ];
  const flags = [...added.map((name) => `--cap-add ${name}`), ...confinement(runtime, settings)];
  return [...(profile ? [makeProfile(profile)] : []), `${runtime} run ${flags.join(' ')} …`];
}

const addedTo = (names: readonly string[]): string[] =>
  names.length > 0 ? [`capabilities: { add: [${names.join(', ')}] }`] : [];

/** Returns the whole command line, or the part of a pod's description. */
export function containerLines(
  runtime: KnownRuntime,
  settings: ContainerSettings,
  user: number,
  command: string[],
): string[] {
  const profile = profileOf(settings);
  if (runtime === 'kubernetes')
    return [
      ...(profile ? [`# ${makeProfile(profile)}   # ${NODES}`] : []),
      ...podLines(settings, user, command),
    ];
  const words = [
    `--user ${user}`,
    ...runOptions(runtime, settings),
    `--volume IMAGES:/images${profile ? ':ro' : ''} YOURS ${command.join(' ')}`,
  ];
  const lines = [`${runtime} run`, ...words.map((word) => `    ${word}`)].join(' \\\n').split('\n');
  return [...(profile ? [makeProfile(profile)] : []), ...lines];
}

function podLines(settings: ContainerSettings, user: number, command: string[]): string[] {
  return [
    'spec:',
    ...(settings.unmaskProc ? [`  hostUsers: false   # ${USER_NAMESPACE}`] : []),
    '  containers:',
    '  - name: app',
    '    image: YOURS',
    `    command: [${command.join(', ')}]`,
    '    securityContext:',
    `      runAsUser: ${user}`,
    ...securityContext(settings).map((line) => `      ${line}`),
    `    volumeMounts: [{ name: images, mountPath: /images${profileOf(settings) ? ', readOnly: true' : ''} }]`,
  ];
}
