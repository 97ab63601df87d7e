import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../../support/crac.ts';
import { type Contents, makeInitrd } from './initrd.ts';

const KERNEL = 'linux-image-6.1';

/** Fetches a kernel and a busybox of Debian's once for this machine, and unpacks them. */
function debian(): string {
  const folder = join(tmpdir(), 'crac-machine-debian');
  if (existsSync(join(folder, 'boot')) && existsSync(join(folder, 'bin/busybox'))) return folder;
  mkdirSync(folder, { recursive: true });
  const depends = execFileSync('apt-cache', ['depends', 'linux-image-amd64'], { encoding: 'utf8' });
  const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? KERNEL;
  execFileSync('apt-get', ['download', kernel, 'busybox-static'], { cwd: folder, stdio: 'ignore' });
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb')))
    execFileSync('dpkg-deb', ['-x', name, '.'], { cwd: folder });
  return folder;
}

/** A machine under emulation: it is saved once, and loaded any number of times. It reaches this machine's loopback as 10.0.2.2. */
export class Machine {
  readonly #place: string;
  readonly #name: string;
  readonly #images: { kernel: string; initrd: string };
  readonly #process: ReturnType<typeof spawn>;

  private constructor(
    place: string,
    name: string,
    images: { kernel: string; initrd: string },
    load: string[],
  ) {
    this.#place = place;
    this.#name = name;
    this.#images = images;
    this.#process = spawn(
      'qemu-system-x86_64',
      [
        ...['-M', 'q35', '-accel', 'tcg,thread=single', '-cpu', 'max', '-smp', '1', '-m', '1024'],
        ...['-display', 'none', '-no-reboot', '-nic', 'user,model=e1000', '-device', 'vmgenid,guid=auto'],
        ...[
          '-kernel',
          images.kernel,
          '-initrd',
          images.initrd,
          '-append',
          'console=ttyS0 quiet panic=-1 no_timer_check',
        ],
        ...['-drive', `file=${this.#file('qcow2')},if=virtio,format=qcow2`],
        ...[
          '-serial',
          `file:${this.#file('console')}`,
          '-serial',
          `unix:${this.#file('shell')},server,nowait`,
        ],
        ...['-monitor', `unix:${this.#file('monitor')},server,nowait`],
        ...load,
      ],
      { stdio: 'ignore' },
    );
  }

  static async boot(place: string, contents: Contents): Promise<Machine> {
    const from = debian();
    const kernel = readdirSync(join(from, 'boot')).find((name) => name.startsWith('vmlinuz')) as string;
    const release = kernel.replace('vmlinuz-', '');
    const initrd = makeInitrd(place, from, release, contents);
    const images = { kernel: join(from, 'boot', kernel), initrd };
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(place, 'first.qcow2'), '2G']);
    const machine = new Machine(place, 'first', images, []);
    for (let up = false; !up; ) {
      if (machine.#process.exitCode !== null)
        throw new Error(`the machine has ended: ${machine.#file('console')}`);
      up = (await machine.shell('echo up', 5).catch(() => '')).includes('up');
    }
    return machine;
  }

  /** Ends this machine; copies of it go on from here. */
  async save(): Promise<void> {
    const monitor = await opened(this.#file('monitor'));
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    monitor.resume().write('stop\nsavevm saved\nquit\n');
    await ended;
  }

  copy(name: string): Machine {
    cpSync(this.#file('qcow2'), join(this.#place, `${name}.qcow2`));
    return new Machine(this.#place, name, this.#images, ['-loadvm', 'saved']);
  }

  /** Returns what a command prints in there. */
  async shell(command: string, seconds = 120): Promise<string> {
    const socket = await opened(this.#file('shell'));
    try {
      return await new Promise((resolve, reject) => {
        let text = '';
        const timer = setTimeout(() => reject(new Error(`${command}: no end of\n${text}`)), seconds * 1000);
        socket.setEncoding('utf8').on('data', (part) => {
          text += part;
          const [, output] = /BEGIN\r?\n([\s\S]*)END\r?\n/.exec(text) ?? [];
          if (output === undefined) return;
          clearTimeout(timer);
          resolve(output.replaceAll('\r', ''));
        });
        // The text is sent in two words: the machine's terminal may show what it is sent.
        socket.write(`echo BE''GIN; ${command}; echo EN''D\n`);
      });
    } finally {
      socket.destroy();
    }
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #file(kind: string): string {
    return join(this.#place, `${this.#name}.${kind}`);
  }
}

async function opened(path: string): Promise<Socket> {
  for (const end = Date.now() + 60_000; ; ) {
    if (Date.now() > end) throw new Error(`nobody listens at ${path}`);
    const socket = connect(path);
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (isThere) return socket;
    await pause(100);
  }
}

/** @returns why there can be no machine here; empty where there can */
export const noMachine = (): string =>
  spawnSync('sh', ['-c', 'command -v qemu-system-x86_64 && command -v qemu-img && command -v cpio'], {
    stdio: 'ignore',
  }).status === 0
    ? ''
    : 'needs qemu-system-x86, qemu-utils and cpio of Debian';
