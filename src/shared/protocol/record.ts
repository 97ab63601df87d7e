import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NATIVE_ENGINE } from './engines.ts';

/**
 * A record: the directory in the runtime directory that describes one running program, named by the PID of its parent
 * process (`crac run` or `crac restore`). docs/formats.md lists its files. A restored program's record has few of them:
 * the parent's PID is the directory's name, the start time is the mtime of `image`, the rest are defaults.
 */
export interface ProgramRecord {
  directory: string;
  /** The PID of the parent process, the one that the user started. */
  parent: number;
  kind: 'run' | 'restored';
  image: string;
  mode: 'root' | 'user';
  /** The PID of init as seen from outside; undefined while the program is being started. */
  init: number | undefined;
  /** The PID of the program inside its namespace. */
  program: number | undefined;
  engine: string;
  /** Settings given by `--engine NAME,key=value`. */
  engineSettings: Record<string, string>;
  /** The form given by `--image-form`. */
  imageForm: 'cow' | 'plain' | undefined;
  /** Whether the program was started with `--strict`. */
  strict: boolean;
  /** Labels given by `crac run --label`, for every image that is made of the program. */
  labels: Record<string, string>;
  /** The image directory by which the program can be woken, while it stands still by the engine `pause`. */
  paused: string | undefined;
  /** Why the program, for which nobody has named an engine, was started without namespaces. */
  withoutNamespaces: string | undefined;
  /** The start in epoch milliseconds. */
  since: number;
  command: string;
}

const isOurs = ({ uid }: { uid: number }): boolean =>
  process.geteuid === undefined || uid === process.geteuid();

/** Reads a field, and only from a file of ours: a record says what is executed. */
function field(directory: string, name: string): string | undefined {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let fd: number;
  try {
    fd = openSync(join(directory, name), flags);
  } catch {
    return undefined; // the file is not written yet, or the program has just ended
  }
  try {
    const status = fstatSync(fd);
    return status.isFile() && isOurs(status) ? readFileSync(fd, 'utf8') : undefined;
  } finally {
    closeSync(fd);
  }
}

/** Says whether this is a record: a directory of ours that others cannot write. */
function isRecord(directory: string): boolean {
  const status = lstatSync(directory, { throwIfNoEntry: false });
  if (!status?.isDirectory() || !isOurs(status)) return false;
  return process.geteuid === undefined || (status.mode & 0o022) === 0;
}

function written(directory: string, name: string): number {
  return Math.round(statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

const imageForm = (text: string | undefined): ProgramRecord['imageForm'] =>
  text === 'plain' || text === 'cow' ? text : undefined;

/** Reads a record. @returns undefined where there is none, or one that is not ours */
export function readRecord(directory: string): ProgramRecord | undefined {
  if (!isRecord(directory)) return undefined;
  const number = (name: string) => {
    const text = field(directory, name);
    return text === undefined ? undefined : Number(text);
  };
  const image = field(directory, 'image');
  if (image === undefined) return undefined;
  return {
    directory,
    parent: Number(basename(directory)),
    image,
    kind: field(directory, 'kind') === 'run' ? 'run' : 'restored',
    mode: field(directory, 'mode') === 'user' ? 'user' : 'root',
    init: number('init'),
    program: number('program'),
    engine: field(directory, 'engine') ?? NATIVE_ENGINE,
    engineSettings: JSON.parse(field(directory, 'engine-settings') || '{}') as Record<string, string>,
    imageForm: imageForm(field(directory, 'image-form')),
    strict: field(directory, 'strict') !== undefined,
    labels: JSON.parse(field(directory, 'labels') || '{}') as Record<string, string>,
    paused: field(directory, 'paused'),
    withoutNamespaces: field(directory, 'without-namespaces')?.trim(),
    since: number('since') ?? written(directory, 'image'),
    command: field(directory, 'command') ?? '',
  };
}
