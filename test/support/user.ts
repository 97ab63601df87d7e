import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { CRAC, type Ended, type Place, type Running } from './crac.ts';

/** The caller that a test is about, and how to become it from root: words before a command. */
export type Caller = { name: string; uid: number; words: string[] };

export const NOBODY: Caller = {
  name: 'uid 65534 that can never have a capability',
  uid: 65534,
  words: [
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ],
};

export const USER: Caller = {
  name: 'uid 1000 with supplementary groups',
  uid: 1000,
  words: ['setpriv', '--reuid=1000', '--regid=1000', '--groups=1000,100,27'],
};

export const LESSER_ROOT: Caller = {
  name: 'root without CAP_SYS_ADMIN',
  uid: 0,
  words: ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'],
};

/** Root for itself, an ordinary user for the machine, as in a container without root. */
export const ROOT_OF_A_NAMESPACE: Caller = {
  name: 'root of a user namespace',
  uid: 1000,
  words: ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'unshare', '-U', '-r'],
};

/** Says why nobody else than root can be tried here; undefined where it can. */
export function whyNoUsers(): string | undefined {
  if (process.geteuid?.() !== 0) return 'needs root, to become other users';
  const words = [...NOBODY.words, 'unshare', '-U', '-m', '-p', '-f', 'test', '-r', CRAC];
  const tried = spawnSync(words[0] as string, words.slice(1), { encoding: 'utf8' });
  return tried.status === 0 ? undefined : `an ordinary user cannot: ${tried.stderr || `read ${CRAC}`}`;
}

/** The command `crac` as somebody else runs it, in a home of that user inside the place. */
export class As {
  readonly home: string;

  constructor(
    readonly place: Place,
    readonly caller: Caller,
    readonly around: string[] = [],
  ) {
    chmodSync(place.directory, 0o755);
    this.home = place.path(`home-${caller.uid}`);
    mkdirSync(this.home, { recursive: true });
    chownSync(this.home, caller.uid, caller.uid);
  }

  path(name: string): string {
    return `${this.home}/${name}`;
  }

  /** Returns the whole command line that does it. */
  command(...args: string[]): string[] {
    const env = ['env', `HOME=${this.home}`, `CRAC_RUNTIME_DIR=${this.path('run')}`];
    return [...this.around, ...this.caller.words, ...env, ...args];
  }

  start(args: string[], env: NodeJS.ProcessEnv = {}): Running {
    const [file = '', ...rest] = this.command(CRAC, ...args);
    return this.place.start(file, rest, { cwd: this.home, env });
  }

  crac(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }
}

/** Returns `/proc/PID/status` of the newest process that runs this script as seen from here. */
export function statusOf(script: string): Record<string, string> {
  const pid = execFileSync('pgrep', ['-n', '-f', `^[^ ]*node ${script}`], { encoding: 'utf8' }).trim();
  const text = execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' });
  return Object.fromEntries(
    text.split('\n').map((line) => line.split(':\t').map((part) => part.trim().replace(/\s+/g, ' '))),
  );
}
