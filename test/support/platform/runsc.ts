import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../crac.ts';

const RUNSC = 'runsc';

/**
 * One sandbox of gVisor's around one node, on this machine's own files; it is saved once and loaded any number of
 * times.
 */
export class Sandbox {
  readonly #place: Place;
  readonly #bundle: string;
  readonly #names: string[] = [];

  constructor(place: Place, args: string[], environment: Record<string, string> = {}) {
    this.#place = place;
    this.#bundle = place.path('bundle');
    mkdirSync(this.#bundle, { recursive: true });
    mkdirSync(place.path('saved'), { recursive: true });
    const config = {
      ociVersion: '1.0.0',
      process: {
        terminal: false,
        user: { uid: 0, gid: 0 },
        args: [process.execPath, ...args],
        env: Object.entries({ PATH: '/usr/bin:/bin', ...environment }).map((entry) => entry.join('=')),
        cwd: '/',
      },
      root: { path: '/', readonly: true },
      hostname: 'sandbox',
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/run', type: 'tmpfs', source: 'tmpfs' },
      ],
      linux: { namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
    };
    writeFileSync(join(this.#bundle, 'config.json'), JSON.stringify(config));
  }

  run(): void {
    this.#runsc('run', '-bundle', this.#bundle, '-detach', this.#named('first'));
  }

  save(): void {
    this.#runsc('checkpoint', '-image-path', this.#place.path('saved'), 'first');
  }

  load(name: string): void {
    const words = ['-bundle', this.#bundle, '-image-path', this.#place.path('saved'), '-detach'];
    this.#runsc('restore', ...words, this.#named(name));
  }

  /** Returns everything that the program in this sandbox has printed. */
  output(name: string): string {
    return readFileSync(this.#log(name), 'utf8').replaceAll('\0', '');
  }

  all(): string {
    return this.#names.map((name) => `${name}:\n${this.output(name)}`).join('\n');
  }

  close(): void {
    for (const name of this.#names) this.#call(['delete', '-force', name], 'ignore');
  }

  #named(name: string): string {
    this.#names.push(name);
    return name;
  }

  #log = (name: string): string => this.#place.path(`${name}.log`);

  #runsc(action: string, ...words: string[]): void {
    const name = words.at(-1) as string;
    const log = this.#log(action === 'checkpoint' ? 'checkpoint' : name);
    const done = spawnSync('sh', [
      '-c',
      'log=$1; shift; exec "$@" > "$log" 2>&1',
      'sh',
      log,
      RUNSC,
      ...this.#flags,
      action,
      ...words,
    ]);
    if (done.status !== 0) throw new Error(`runsc ${action}: ${readFileSync(log, 'utf8')}`);
  }

  #call(words: string[], stdio: 'ignore'): void {
    spawnSync(RUNSC, [...this.#flags, ...words], { stdio });
  }

  get #flags(): string[] {
    return [
      '--root',
      this.#place.path('sandboxes'),
      '--network=none',
      '--ignore-cgroups',
      '--platform=ptrace',
    ];
  }
}
