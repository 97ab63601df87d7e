import { type Container, findContainer } from './container.ts';
import { flag, type KnownRuntime, NODES, PROFILE_FILE } from './settings.ts';

/** The lines of a pod for an option of `docker run`; undefined for one that has no such name there. */
type Words = (value: string) => string[] | undefined;

const inContext = (field: string): string[] => [`securityContext: { ${field} }`];

const SECURITY: Record<string, string[]> = {
  'seccomp=unconfined': inContext('seccompProfile: { type: Unconfined }'),
  [`seccomp=${PROFILE_FILE}`]: inContext(
    `seccompProfile: { type: Localhost, localhostProfile: ${PROFILE_FILE} }`,
  ),
  'systempaths=unconfined': ['hostUsers: false   # of the pod', ...inContext('procMount: Unmasked')],
  'apparmor=unconfined': inContext('appArmorProfile: { type: Unconfined }'),
  'label=disable': inContext('seLinuxOptions: { type: spc_t }'),
  'no-new-privileges': inContext('allowPrivilegeEscalation: false'),
};

const IN_POD: Record<string, Words> = {
  '--cap-add': (name) => inContext(`capabilities: { add: [${name}] }`),
  '--security-opt': (value) => SECURITY[value],
  '--network': (value) => (value === 'host' ? ['hostNetwork: true   # of the pod'] : undefined),
  '--memory': (value) => [
    `resources: { limits: { memory: ${value.replace(/^(\d+)([kmg])$/, (_, n, unit) => `${n}${unit.toUpperCase()}i`)} } }`,
  ],
  '--tmpfs': (path) => [
    `volumeMounts: [{ name: scratch, mountPath: ${path} }]`,
    'volumes: [{ name: scratch, emptyDir: { medium: Memory } }]   # of the pod',
  ],
};

/** Options that take no value. */
const ALONE: Record<string, string[]> = {
  '--init': ['shareProcessNamespace: true   # of the pod'],
  '-t': ['tty: true'],
};

/** Joins lines: several capabilities are one list, and several fields one securityContext. */
function joined(lines: string[]): string[] {
  const capabilities = lines.flatMap((line) => /add: \[(\w+)\]/.exec(line)?.[1] ?? []);
  const fields = lines.flatMap((line) => /^securityContext: \{ (.*) \}$/.exec(line)?.[1] ?? []);
  const rest = lines.filter((line) => !line.startsWith('securityContext:'));
  const others = fields.filter((field) => !field.startsWith('capabilities:'));
  const all = [
    ...(capabilities.length > 0 ? [`capabilities: { add: [${capabilities.join(', ')}] }`] : []),
    ...others,
  ];
  return [...new Set(rest), ...(all.length > 0 ? [`securityContext: { ${all.join(', ')} }`] : [])];
}

/** @returns undefined for a command line that says more than a pod can */
function inPod(line: string): string[] | undefined {
  const [, words] = /^docker run (.*?) ?…$/.exec(line) ?? [];
  if (words === undefined) return undefined;
  const said: string[] = [];
  const all = words.split(' ').filter(Boolean);
  for (let at = 0; at < all.length; at++) {
    const [name = '', attached] = (all[at] as string).split(/=(.*)/s);
    const alone = ALONE[name];
    const found = alone ?? IN_POD[name]?.(attached ?? all[++at] ?? '');
    if (!found) return undefined;
    said.push(...found);
  }
  return joined(said);
}

const inPodman = (line: string): string =>
  line
    .replace(/^docker run /, 'podman run ')
    .replaceAll(flag('docker', 'unmask-proc'), flag('podman', 'unmask-proc'));

/**
 * Writes commands that were written for Docker in the words of the runtime that is at work here. What that runtime has
 * no words for stays as it is.
 */
export function inWordsOf(runtime: KnownRuntime, command: string): string {
  const lines = command.split('\n');
  if (runtime === 'podman') return [...new Set(lines.map(inPodman))].join('\n');
  if (runtime !== 'kubernetes') return command;
  return lines
    .filter((line, _, all) => !(line.startsWith('podman run ') && all.some((other) => inPod(other))))
    .flatMap((line) =>
      line.endsWith(`> ${PROFILE_FILE}`) ? [`${line}   # ${NODES}`] : (inPod(line) ?? [line]),
    )
    .join('\n');
}

/** Returns the runtime that is around this process, if its settings have other words than Docker's. */
export function runtimeHere(): 'podman' | 'kubernetes' | undefined {
  const { runtime } = findContainer() ?? ({} as Partial<Container>);
  return runtime === 'podman' || runtime === 'kubernetes' ? runtime : undefined;
}
