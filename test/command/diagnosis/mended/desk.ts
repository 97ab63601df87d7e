import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, type Ended, type Running } from '../../../support/crac.ts';
import { ALONE, type Attempt, Bench, errorsIn } from '../engine.ts';

/** A bench on which printed commands can be run as they are printed. */
export class Desk extends Bench {
  #runs = 0;
  /** The directory of `criu` and `crac` by these names, as the printed commands have them. */
  readonly bin = this.path('bin');

  constructor(readonly criuBinary: string) {
    super();
    mkdirSync(this.bin);
    symlinkSync(criuBinary, join(this.bin, 'criu'));
    symlinkSync(CRAC, join(this.bin, 'crac'));
  }

  /** This desk's own engine, which may be an older one. */
  override criu(args: string[], wrapper: string[] = []): Promise<Ended> {
    const [command, ...rest] = [...wrapper, this.criuBinary, ...args];
    return this.start(command as string, rest).ended;
  }

  /** Runs a printed command by the shell; the tests are root, so `sudo` is left out. */
  sh(command: string, env: Record<string, string> = {}, wrapper: string[] = []): Promise<Ended> {
    const [file, ...words] = [...wrapper, 'sh', '-c', command.replace(/\bsudo /g, '')];
    return this.start(file as string, words, {
      env: { PATH: `${this.bin}:${process.env.PATH}`, ...env },
    }).ended;
  }

  /** Runs as `sh` what must work. Resolves to its output. */
  async done(command: string, env: Record<string, string> = {}, wrapper: string[] = []): Promise<string> {
    const { code, stdout, stderr } = await this.sh(command, env, wrapper);
    if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Runs `criu dump … ` as it is printed; `more` stands beside what `…` stands for. */
  async dumpAs(printed: string, pid: number, wrapper: string[] = [], more = ''): Promise<Attempt> {
    const directory = this.path(`printed-${++this.#runs}`);
    mkdirSync(directory);
    const rest = `-t ${pid} -D ${directory} -o dump.log -v4 ${more}`;
    const { code, stdout, stderr } = await this.sh(line(printed, 'dump').replace('…', rest), {}, wrapper);
    return { code, directory, log: stdout + stderr + (await this.logIn(directory, 'dump.log')) };
  }

  /** Makes the dump that failed work by the printed command. Resolves to the image. */
  async dumpsAs(printed: string, program: Running, wrapper: string[] = [], more = ''): Promise<string> {
    const { code, directory, log } = await this.dumpAs(printed, program.pid, wrapper, more);
    if (code !== 0) throw new Error(`${printed}\n${errorsIn(log)}`);
    await program.ended;
    return directory;
  }

  /** Makes the restore that failed work by the printed command; it gets a PID namespace unless it makes one. */
  async restoresAs(printed: string, directory: string, wrapper: string[] = [], more = ''): Promise<void> {
    const chosen = line(printed, 'restore');
    const rest = `-D ${directory} -o printed.log -v4 -d ${more}`;
    const around = /unshare .*--pid/.test(chosen) ? wrapper : [...wrapper, ...ALONE];
    const { code, stdout, stderr } = await this.sh(chosen.replace('…', rest), {}, around);
    const log = stdout + stderr + (await this.logIn(directory, 'printed.log'));
    if (code !== 0) throw new Error(`${printed}\n${errorsIn(log)}`);
  }

  /** Expects that the restore that failed works now. */
  async restores(directory: string, options: string[] = [], wrapper: string[] = ALONE): Promise<void> {
    const { code, log } = await this.restore(directory, options, wrapper);
    if (code !== 0) throw new Error(`the restore failed:\n${errorsIn(log)}`);
  }

  private async logIn(directory: string, name: string): Promise<string> {
    return (await this.sh(`test ! -e ${directory}/${name} || cat ${directory}/${name}`)).stdout;
  }
}

function line(printed: string, verb: string): string {
  const found = printed.split('\n').find((candidate) => candidate.includes(`criu ${verb}`));
  if (found === undefined) throw new Error(`no \`criu ${verb}\` in: ${printed}`);
  return found;
}

/** Runs as a container without these capabilities would. */
export const without = (...capabilities: string[]): string[] => {
  const names = capabilities.map((name) => `cap_${name}`).join(',');
  return names === '' ? [] : ['capsh', `--drop=${names}`, '--', '-c', 'exec "$0" "$@"'];
};

/** Runs with the capabilities that a printed `docker run --cap-add … …` gives back. */
export function withPrinted(printed: string, capabilities: string[]): string[] {
  const added = [...printed.matchAll(/--cap-add (\w+)/g)].map(([, name]) => name?.toLowerCase());
  const left = capabilities.filter((name) => !added.includes(name));
  expect(left.length, printed).toBeLessThan(capabilities.length);
  return without(...left);
}

/** Runs in a PID namespace of its own, by somebody with less rights. */
export const alone = (wrapper: string[]): string[] => [...wrapper, ...ALONE];
