import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnosis, diagnose } from '../../../src/command/diagnosis/explain-text.ts';
import { findCriu } from '../../../src/command/engines/criu/install/find.ts';
import { type Ended, Place, pause, ROOT, type Running } from '../../support/crac.ts';

const NO_IO_URING = join(ROOT, 'native/build/no-io-uring.so');

export const ALONE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];

/** The limit of a restorer that fails, which can hang for ever. */
const LIMITED = ['timeout', '-s', 'KILL', '10'];

const criu = await findCriu().catch(() => undefined);

/** The reason why the real runs cannot be done here, if so. */
export const impossible: string | undefined =
  process.getuid?.() !== 0 ? 'plain CRIU needs root' : criu ? undefined : 'no CRIU that suits this kernel';

export interface Attempt {
  code: number | null;
  log: string;
  directory: string;
}

/** Returns the codes and the diagnosis of a real log. */
export function explained({ log }: Attempt): { codes: string[]; diagnosis: Diagnosis } {
  const diagnosis = diagnose(log);
  return { codes: diagnosis.findings.map(({ code }) => code), diagnosis };
}

/** A bench with small programs, and CRIU itself driven on them as one would by hand. */
export class Bench extends Place {
  readonly noIoUring = NO_IO_URING;
  #attempts = 0;

  /** Starts JavaScript as a process of its own session; it says that it is ready with `ready()`. */
  async program(
    code: string,
    options: { node?: string; preload?: boolean; wrapper?: string[] } = {},
  ): Promise<Running> {
    const marker = this.path(`ready-${++this.#attempts}`);
    const source = `const ready = () => require('node:fs').writeFileSync(${JSON.stringify(marker)}, ''); ${code}`;
    const [command = '', ...words] = [
      ...(options.wrapper ?? []),
      options.node ?? process.execPath,
      '-e',
      source,
    ];
    const running = this.start(command, words, {
      detached: true,
      stdio: 'ignore',
      env: { LD_PRELOAD: options.preload === false ? '' : NO_IO_URING, NODE_OPTIONS: '' },
    });
    await until(() => existsSync(marker), 'the program to be ready');
    return running;
  }

  criu(args: string[], wrapper: string[] = []): Promise<Ended> {
    const [command, ...rest] = [...wrapper, criu?.path as string, ...args];
    return this.start(command as string, rest).ended;
  }

  async dump(pid: number, options: string[] = [], wrapper: string[] = []): Promise<Attempt> {
    const directory = this.path(`image-${++this.#attempts}`);
    mkdirSync(directory);
    const args = ['dump', '-t', String(pid), '-D', directory, '-o', 'dump.log', '-v4', ...options];
    const { code, stdout, stderr } = await this.criu(args, wrapper);
    return { code, directory, log: readIf(join(directory, 'dump.log')) || stdout + stderr };
  }

  /** Dumps what must be dumpable, and waits until it is gone. */
  async dumped(program: Running, options: string[] = [], wrapper: string[] = []): Promise<string> {
    const { code, log, directory } = await this.dump(program.pid, options, wrapper);
    if (code !== 0) throw new Error(`the dump failed:\n${errorsIn(log)}`);
    await program.ended;
    return directory;
  }

  /** Restores in a PID namespace of its own, which ends with CRIU: nothing is left behind, and no number is taken. */
  async restore(directory: string, options: string[] = [], wrapper: string[] = ALONE): Promise<Attempt> {
    const name = `restore-${++this.#attempts}.log`;
    const work = this.path('work');
    mkdirSync(work, { recursive: true });
    const args = ['restore', '-D', directory, '-W', work, '-o', name, '-v4', '-d', ...options];
    const { code, stdout, stderr } = await this.criu(args, [...LIMITED, ...wrapper]);
    return { code, directory, log: readIf(join(work, name)) || stdout + stderr };
  }
}

/** Returns the lines of a log that tell, for the message of a test. */
export const errorsIn = (log: string): string =>
  log
    .split('\n')
    .filter((text) => /Error|Warn|^(?!\(|pie: )./.test(text))
    .join('\n');

const readIf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

export async function until(condition: () => boolean, what: string, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !condition(); await pause(10))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
}
