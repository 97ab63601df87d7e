import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';
import { DESCRIBING, ENDING, MAKING, STARTING } from './effects.ts';

export interface Strace {
  path: string;
  /** The version, as 6.1 for strace 6.1. */
  version: number;
  /** True where this build can print stacks (-k). */
  stacks: boolean;
}

const INSTALL: Record<string, string> = {
  debian: 'apt-get install strace',
  fedora: 'dnf install strace',
  rhel: 'dnf install strace',
  suse: 'zypper install strace',
  arch: 'pacman -S strace',
  alpine: 'apk add strace',
};

/** Says how this machine's package manager gives a program, by /etc/os-release's ID and ID_LIKE. */
export function installCommand(osRelease: string): string {
  const value = (name: string) => osRelease.match(new RegExp(`^${name}="?([^"\n]*)"?$`, 'm'))?.[1] ?? '';
  const names = `${value('ID')} ${value('ID_LIKE')}`
    .split(' ')
    .map((name) => name.replace(/^opensuse.*/, 'suse'));
  const known = names.find((name) => Object.hasOwn(INSTALL, name));
  return known ? (INSTALL[known] as string) : 'install the package strace with the package manager';
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return ''; // a container without one: the general advice is given
  }
}

/** @throws CommandError when strace is missing */
export function findStrace(environment: NodeJS.ProcessEnv = process.env): Strace {
  if (process.platform !== 'linux')
    throw new CommandError('crac trace needs Linux: it asks the kernel, through strace', EXIT.engine);
  const path = environment.CRAC_STRACE_PATH ?? 'strace';
  const { error, stdout } = spawnSync(path, ['-V'], { encoding: 'utf8', env: environment });
  if (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'is not installed'
        : `cannot be run: ${error.message}`;
    throw new CommandError(
      `strace ${why}; it does the tracing. Get it with\n  ${installCommand(osRelease())}`,
      EXIT.engine,
    );
  }
  return {
    path,
    version: Number.parseFloat(stdout.match(/version (\d+\.\d+)/)?.[1] ?? '0'),
    stacks: /stack-trace=/.test(stdout) && !/no-stack-trace/.test(stdout),
  };
}

/** Lists the calls. Unknown ones are left out by strace itself, with a question mark before the name. */
const calls = (): string =>
  [...MAKING, ...ENDING, ...STARTING, ...DESCRIBING].map((name) => `?${name}`).join(',');

export interface StraceOptions {
  /** A file or a named pipe. */
  output: string;
  /** True where strace itself makes stacks; slow, and works for every program. */
  stacks: boolean;
  /**
   * True where strace names addresses of sockets and threads: slow, it looks in /proc or asks the kernel at each line.
   */
  names: boolean;
  pid?: number;
  /** Variables for the program alone: strace itself must not preload what is meant for the program. */
  environment?: Record<string, string>;
}

export function straceArguments(
  strace: Strace,
  { output, stacks, names, pid, environment = {} }: StraceOptions,
): string[] {
  return [
    ...['-f', '-q', names ? '-yy' : '-y', '-ttt', '-s', '256', '-o', output],
    ...(strace.version >= 5.13 ? [`--decode-pids=${names ? 'comm,pidns' : 'pidns'}`] : []),
    // All other calls then run at full speed; the filter needs to be there before the program is.
    ...(strace.version >= 5.3 && pid === undefined ? ['--seccomp-bpf'] : []),
    ...(stacks && strace.stacks ? ['-k'] : []),
    ...['-e', `trace=${calls()}`],
    ...Object.entries(environment).flatMap(([name, value]) => ['-E', `${name}=${value}`]),
    ...(pid === undefined ? [] : ['-p', String(pid)]),
  ];
}
