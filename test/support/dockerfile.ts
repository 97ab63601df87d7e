import type { Confinement } from './container.ts';

export interface Instruction {
  name: string;
  /** The line as written, without options such as `--from`. */
  text: string;
  options: Record<string, string>;
}

export interface Stage {
  base: string;
  instructions: Instruction[];
}

/**
 * Returns the stages of a Dockerfile by their names; the last may have none: ''. Reads only what `crac build` writes.
 */
export function stagesOf(text: string): Map<string, Stage> {
  const stages = new Map<string, Stage>();
  let current: Stage | undefined;
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, name = '', flags = '', rest = ''] = line.match(/^([A-Z]+) ((?:--\S+ )*)(.*)$/) ?? [];
    if (name === 'FROM') {
      const [base = '', , stage = ''] = rest.split(' ');
      current = { base, instructions: [] };
      stages.set(stage, current);
      continue;
    }
    if (!current || name === '') throw new Error(`not understood in a Dockerfile: ${line}`);
    const options = Object.fromEntries(
      flags
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((flag) => flag.slice(2).split('=') as [string, string]),
    );
    current.instructions.push({ name, text: rest, options });
  }
  return stages;
}

/** Returns the words of a command in the head of a file that `crac build` writes, as far as they need no shell. */
export function commandIn(text: string, beginning: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/^# ?/, ''));
  const first = lines.findIndex((line) => line.trim().startsWith(beginning));
  if (first < 0) throw new Error(`no ${beginning} in:\n${text}`);
  let command = lines[first] as string;
  for (let at = first + 1; command.endsWith('\\'); at++) command = command.slice(0, -1) + lines[at];
  return command
    .replace(/&&$/, '')
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^'(.*)'$/, '$1'));
}

/** A `docker run` that was read: the container's confinement, its image and the words after it. */
export interface DockerRun {
  confinement: Confinement;
  seccomp: string;
  image: string;
  words: string[];
}

/** Reads the words as Docker would start it; throws for options that nobody has thought of. */
export function readDockerRun([, , ...words]: string[]): DockerRun {
  const run: DockerRun = {
    confinement: { maskProc: true, capabilities: undefined as never },
    seccomp: 'the default',
    image: '',
    words: [],
  };
  const capabilities: string[] = [];
  let dropped = false;
  for (let at = 0; at < words.length; at += 2) {
    const [option = '', value = ''] = [words[at], words[at + 1]];
    if (!option.startsWith('--')) {
      run.image = option;
      run.words = words.slice(at + 1);
      break;
    }
    if (option === '--cap-drop' && value === 'ALL') dropped = true;
    else if (option === '--cap-add') capabilities.push(value);
    else if (value === 'no-new-privileges') run.confinement.noNewPrivileges = true;
    else if (value === 'systempaths=unconfined') run.confinement.maskProc = false;
    else if (value.startsWith('seccomp=')) run.seccomp = value.slice('seccomp='.length);
    else if (option !== '--publish' && option !== '--name')
      throw new Error(`an option of docker run that this test does not know: ${option} ${value}`);
  }
  if (!dropped) throw new Error(`docker run keeps capabilities: ${words.join(' ')}`);
  run.confinement.capabilities = capabilities;
  return run;
}
