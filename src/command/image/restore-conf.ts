import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineName } from '../../shared/protocol/engines.ts';
import type { MachineFacts } from '../machine/facts.ts';
import type { Labels } from '../machine/labels.ts';
import type { Inherited, ListeningPort, MappedFile, OpenFile, ProtectionKeys } from './contents.ts';
import type { PackageFile } from './package-files.ts';

export const RESTORE_CONF = 'restore.conf';

/** The format that this version writes and reads. */
export const CONF_FORMAT = '1';

/**
 * The facts that the native restorer needs, line by line (docs/formats.md, native/restore/conf.c). Only what is
 * optional here differs from engine to engine.
 */
export interface RestoreConf {
  engine: EngineName;
  /** The engine's binary. */
  criu?: string;
  /** Stub libraries that are preloaded into the engine (src/command/engines/criu/install/stub-libraries.ts). */
  stubLibraries?: string[];
  mode: 'root' | 'user';
  /** The user and the group that the program has inside its namespace. */
  ids?: { uid: number; gid: number };
  /** The PID of the program, inside its namespace where it has one. */
  program: number;
  /** The binary that the program runs on, and its size in bytes. */
  node: { path: string; size: number; version?: string };
  /** The protection keys; an image without them was made when nobody looked (native/engines/criu/protection-keys.c). */
  protectionKeys?: ProtectionKeys;
  clock?: string | undefined;
  /** The path at which the processes of the image have the generation page mapped (native/generation.h). */
  mark?: string;
  /** The children of the program in an image of the engine direct, in the order of their numbers, from 1 on. */
  members?: { number: number; parent: number; pid: number; leads?: 'session' | 'group' }[];
  /** How many pipes and socket pairs the processes have between them. */
  shared?: { pipes: number; pairs: number };
  /** The working directory of the program at the dump; undefined where it was deleted already. */
  cwd?: string | undefined;
  pollStdin?: boolean;
  /** True where its standard input was a pipe or socket that does not wait. */
  nonblockingStdin?: boolean;
  /** Names that the engine knows descriptors by, and which of the caller's streams each becomes. */
  inherit?: Inherited[];
  /** Names of unix connections to the outside: the restorer gives the program one whose other end is closed. */
  cut?: string[];
  /** The file whose private mappings are the program's memory (copy-on-write form), and its size in bytes. */
  pageFile?: { name: string; size: number } | undefined;
  ports?: ListeningPort[];
  open?: OpenFile[];
  mapped?: MappedFile[];
  own?: PackageFile[];
  /** Labels that `crac restore --require` may ask for; an image of an older version has none of these two. */
  labels?: Labels;
  machine?: MachineFacts;
  /** Further options of the engine. */
  options?: string[];
  /** The command that carries out a checkpoint on behalf of the restored program. */
  agent: string[];
  /** Names and bytes of the image's files, all but this one and the manifest. */
  files?: readonly (readonly [name: string, size: number])[];
}

/** A line: a key, which has no blank, and what stands behind it up to the end of the line. */
export type ConfLine = readonly [key: string, value: string];

export function formatRestoreConf(conf: RestoreConf): string {
  const lines: ConfLine[] = [
    ['format', CONF_FORMAT],
    ['engine', conf.engine],
  ];
  if (conf.criu) lines.push(['criu', conf.criu]);
  lines.push(['mode', conf.mode]);
  for (const path of conf.stubLibraries ?? []) lines.push(['stand-in', path]);
  if (conf.ids) lines.push(['ids', `${conf.ids.uid} ${conf.ids.gid}`]);
  lines.push(['program', String(conf.program)]);
  lines.push(['node', `${conf.node.size} ${conf.node.path}`]);
  if (conf.node.version) lines.push(['node-version', conf.node.version]);
  if (conf.mark) lines.push(['mark', conf.mark]);
  if (conf.protectionKeys) lines.push(['protection-keys', conf.protectionKeys]);
  if (conf.clock) lines.push(['clock', conf.clock]);
  if (conf.cwd) lines.push(['cwd', conf.cwd]);
  if (conf.pollStdin) lines.push(['poll-stdin', '1']);
  if (conf.nonblockingStdin) lines.push(['nonblocking-stdin', '1']);
  if (conf.pageFile) lines.push(['page-file', `${conf.pageFile.size} ${conf.pageFile.name}`]);
  for (const { number, parent, pid, leads } of conf.members ?? [])
    lines.push(['member', `${number} ${parent} ${pid}${leads ? ` ${leads}` : ''}`]);
  const { pipes = 0, pairs = 0 } = conf.shared ?? {};
  for (let i = 0; i < pipes + pairs; i++) lines.push(['shared', i < pipes ? 'pipe' : 'pair']);
  for (const { slot, name } of conf.inherit ?? []) lines.push(['inherit', `${slot} ${name}`]);
  for (const name of conf.cut ?? []) lines.push(['cut', name]);
  for (const port of conf.ports ?? [])
    lines.push(['port', `${port.family} ${port.address} ${port.port} ${port.v6only ? 1 : 0} ${port.offset}`]);
  for (const file of conf.open ?? []) lines.push(['open', openLine(file)]);
  for (const { size, modified, buildId = '-', path } of conf.mapped ?? [])
    lines.push(['mapped', `${size} ${modified} ${buildId} ${path}`]);
  for (const { name, modified, path } of conf.own ?? []) lines.push(['own', `${name} ${modified} ${path}`]);
  lines.push(...labelLines(conf.labels), ...machineLines(conf.machine));
  for (const option of conf.options ?? []) lines.push(['option', option]);
  for (const word of conf.agent) lines.push(['agent', word]);
  for (const [name, size] of conf.files ?? []) lines.push(['file', `${size} ${name}`]);
  return formatLines(lines);
}

const labelLines = (labels: Labels = {}): [string, string][] =>
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

const END: ConfLine = ['end', '1'];

/** Writes the lines; the file has its last line only when it is whole. */
function formatLines(lines: readonly ConfLine[]): string {
  for (const [key, value] of lines) {
    if (value.includes('\n'))
      throw new TypeError(`a line break in ${key} cannot be kept in an image: ${JSON.stringify(value)}`);
  }
  return [...lines, END].map(([key, value]) => `${key} ${value}\n`).join('');
}

/**
 * Writes the lines of an image that is stored in another form: the restorer refuses it, and says the command that
 * undoes it.
 */
export const formatStoredConf = (engine: EngineName, form: ConfLine): string =>
  formatLines([['format', CONF_FORMAT], ['engine', engine], form]);

/** A restore.conf as it is read: of several lines of one key the first counts. */
export class ConfReader {
  readonly lines: readonly ConfLine[];

  constructor(text: string) {
    this.lines = text.split('\n').flatMap((line): ConfLine[] => {
      const blank = line.indexOf(' ');
      return blank < 1 ? [] : [[line.slice(0, blank), line.slice(blank + 1)]];
    });
  }

  value(key: string): string | undefined {
    return this.values(key)[0];
  }

  values(key: string): string[] {
    return this.lines.filter(([name]) => name === key).map(([, value]) => value);
  }

  get isWhole(): boolean {
    return this.value(END[0]) !== undefined;
  }

  /** The file whose private mappings are the program's memory. */
  get pageFile(): string | undefined {
    return /^\d+ (.+)$/.exec(this.value('page-file') ?? '')?.[1];
  }

  /** The sizes that the image's files must have. */
  get files(): { name: string; size: number }[] {
    return this.values('file').flatMap((line) => {
      const [, size, name] = /^(\d+) (.+)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, size: Number(size) }];
    });
  }
}

/** @throws as readFile does */
export const readConf = async (image: string): Promise<ConfReader> =>
  new ConfReader(await readFile(join(image, RESTORE_CONF), 'utf8'));

export const writeConf = (directory: string, text: string): Promise<void> =>
  writeFile(join(directory, RESTORE_CONF), text, { mode: 0o600 });

/** Adds a line; every other byte stays as it is: the image's checksums know the text. */
export const withLine = (text: string, [key, value]: ConfLine): string =>
  text.replace(/^end 1$/m, () => `${key} ${value}\nend 1`);

export const withoutLine = (text: string, [key, value]: ConfLine): string =>
  text.replace(`${key} ${value}\n`, '');
