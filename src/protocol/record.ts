import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * A record: the directory in the runtime directory that describes one running program, named by the PID of its
 * parent process (`crac run` or `crac restore`). Written by the launcher (native/launcher/record.c) and `crac run`.
 * The launcher's, of a restored program, has few files: what is not there is told by the name, the time of `image`, or
 * is what it mostly is.
 */
export interface ProgramRecord {
  directory: string;
  /** PID of the parent process, the one that the user started. */
  parent: number;
  kind: 'run' | 'restored';
  image: string;
  mode: 'root' | 'user';
  /** PID of init as seen from outside; undefined while the program is being started. */
  init: number | undefined;
  /** PID of the program inside its namespace. */
  program: number | undefined;
  engine: string;
  /** Of `--engine NAME,key=value`. */
  engineSettings: Record<string, string>;
  /** Of `--image-form`. */
  imageForm: 'cow' | 'plain' | undefined;
  /** The image directory by which the program can be woken, while it stands still by the engine `pause`. */
  paused: string | undefined;
  /** Epoch milliseconds. */
  since: number;
  command: string;
}

function field(directory: string, name: string): string | undefined {
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return undefined; // not written yet, or the program has just ended
  }
}

function written(directory: string, name: string): number {
  return Math.round(statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

const imageForm = (text: string | undefined): ProgramRecord['imageForm'] =>
  text === 'plain' || text === 'cow' ? text : undefined;

export function readRecord(directory: string): ProgramRecord | undefined {
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
    engine: field(directory, 'engine') ?? 'criu',
    engineSettings: JSON.parse(field(directory, 'engine-settings') || '{}') as Record<string, string>,
    imageForm: imageForm(field(directory, 'image-form')),
    paused: field(directory, 'paused'),
    since: number('since') ?? written(directory, 'image'),
    command: field(directory, 'command') ?? '',
  };
}
