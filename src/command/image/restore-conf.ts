import type { EngineName } from '../../shared/protocol/engines.ts';
import type { ListeningPort } from '../engines/criu/image/listening-ports.ts';
import type { MappedFile } from '../engines/criu/image/mapped-files.ts';
import type { OpenFile } from '../engines/criu/image/open-files.ts';
import type { MachineFacts } from '../machine/facts.ts';
import type { Labels } from '../machine/labels.ts';
import type { OwnFile } from './package-files.ts';
import type { ProtectionKeys } from './protection-keys.ts';

export interface Inherited {
  slot: 0 | 1 | 2;
  name: string;
}

/** What the native restorer needs to know, line by line (docs/formats.md; read by native/restore/conf.c). */
export interface RestoreConf {
  engine: EngineName;
  criu: string;
  /** Preloaded into the engine, see src/command/engines/criu/install/stub-libraries.ts. */
  standIns: string[];
  mode: 'root' | 'user';
  /** User and group that the program has inside its namespace. */
  ids: { uid: number; gid: number };
  /** PID of the program inside its namespace. */
  program: number;
  /** The binary that the program runs on, and its size in bytes. */
  node: { path: string; size: number; version: string };
  /** An image without it was made when nobody looked (native/engines/criu/protection-keys.c). */
  protectionKeys: ProtectionKeys;
  clock: string | undefined;
  /** Path at which the processes of the image have the mark mapped (native/generation.h). */
  mark: string;
  /** Working directory of the program at the dump; undefined where it was deleted already. */
  cwd: string | undefined;
  pollStdin: boolean;
  /** Its standard input was a pipe or socket that does not wait. */
  nonblockingStdin: boolean;
  /** Name that the engine knows a descriptor by, and which of the caller's streams it becomes. */
  inherit: Inherited[];
  /** Names of unix connections to the outside: the restorer gives the program one whose other end is closed. */
  cut: string[];
  /** The file whose private mappings are the program's memory (copy-on-write form), and its size in bytes. */
  pageFile: { name: string; size: number } | undefined;
  ports: ListeningPort[];
  open: OpenFile[];
  mapped: MappedFile[];
  own: OwnFile[];
  /** What `crac restore --require` may ask for; an image of an older version has none of these two. */
  labels?: Labels;
  machine?: MachineFacts;
  /** Further options of the engine. */
  options: string[];
  /** Command that carries out a checkpoint on behalf of the restored program. */
  agent: string[];
}

export function formatRestoreConf(conf: RestoreConf): string {
  const lines: [string, string][] = [
    ['format', '1'],
    ['engine', conf.engine],
    ['criu', conf.criu],
    ['mode', conf.mode],
    ...conf.standIns.map((path): [string, string] => ['stand-in', path]),
    ['ids', `${conf.ids.uid} ${conf.ids.gid}`],
    ['program', String(conf.program)],
    ['node', `${conf.node.size} ${conf.node.path}`],
    ['node-version', conf.node.version],
    ['mark', conf.mark],
    ['protection-keys', conf.protectionKeys],
  ];
  if (conf.clock) lines.push(['clock', conf.clock]);
  if (conf.cwd) lines.push(['cwd', conf.cwd]);
  if (conf.pollStdin) lines.push(['poll-stdin', '1']);
  if (conf.nonblockingStdin) lines.push(['nonblocking-stdin', '1']);
  if (conf.pageFile) lines.push(['page-file', `${conf.pageFile.size} ${conf.pageFile.name}`]);
  for (const { slot, name } of conf.inherit) lines.push(['inherit', `${slot} ${name}`]);
  for (const name of conf.cut) lines.push(['cut', name]);
  for (const port of conf.ports) {
    lines.push(['port', `${port.family} ${port.address} ${port.port} ${port.v6only ? 1 : 0} ${port.offset}`]);
  }
  for (const file of conf.open) lines.push(['open', openLine(file)]);
  for (const { size, modified, buildId = '-', path } of conf.mapped)
    lines.push(['mapped', `${size} ${modified} ${buildId} ${path}`]);
  for (const { name, modified, path } of conf.own) lines.push(['own', `${name} ${modified} ${path}`]);
  lines.push(...labelLines(conf.labels), ...machineLines(conf.machine));
  for (const option of conf.options) lines.push(['option', option]);
  for (const word of conf.agent) lines.push(['agent', word]);
  lines.push(['end', '1']);
  for (const [key, value] of lines) {
    if (value.includes('\n'))
      throw new TypeError(`a line break in ${key} cannot be kept in an image: ${JSON.stringify(value)}`);
  }
  return lines.map(([key, value]) => `${key} ${value}\n`).join('');
}

export const labelLines = (labels: Labels = {}): [string, string][] =>
  Object.entries(labels).map(([name, value]) => ['label', `${name}=${value}`]);

const machineLines = (machine: MachineFacts | undefined): [string, string][] =>
  machine === undefined
    ? []
    : [
        ['arch', machine.arch],
        ['page-size', String(machine.pageSize)],
        ['kernel', machine.kernel],
        ...(machine.libc === undefined ? [] : [['libc', machine.libc] as [string, string]]),
        ...machine.cpu.map((use): [string, string] => ['cpu', cpuLine(use)]),
      ];

const cpuLine = ({ feature, holders }: MachineFacts['cpu'][number]): string =>
  `${feature} ${holders.join(', ')}`;

const openLine = (file: OpenFile): string =>
  [
    `${file.process} ${file.fd} ${file.access} ${file.position} ${file.size} ${file.modified}`,
    `${file.uid} ${file.gid} ${file.mode} ${file.fingerprint ?? '-'} ${file.path}`,
  ].join(' ');
