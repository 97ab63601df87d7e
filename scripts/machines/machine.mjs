import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const QEMU = {
  x64: { program: 'qemu-system-x86_64', board: 'q35', terminal: 'ttyS0' },
  arm64: { program: 'qemu-system-aarch64', board: 'virt', terminal: 'ttyAMA0' },
};

/** A machine that is emulated, without KVM, so that it can have a CPU of another kind. */
export class Machine {
  #child;
  #start;
  #share;
  #next = 1;

  constructor(directory, name, { arch, cpu, kernel, initrd, disk, images }) {
    this.#share = join(directory, `share-${name}`);
    rmSync(this.#share, { recursive: true, force: true });
    for (const folder of ['cmd', 'out']) mkdirSync(join(this.#share, folder), { recursive: true });
    mkdirSync(images, { recursive: true });
    const { program, board, terminal } = QEMU[arch];
    this.#start = () =>
      spawn(
        program,
        [
          ...[
            '-M',
            board,
            '-accel',
            'tcg,thread=multi',
            '-cpu',
            cpu,
            '-smp',
            '2',
            '-m',
            '1536',
            '-display',
            'none',
          ],
          ...['-serial', `file:${join(directory, `${name}.console`)}`, '-no-reboot', '-net', 'none'],
          ...['-kernel', kernel, '-initrd', initrd, '-append', `console=${terminal} quiet panic=-1`],
          ...['-drive', `file=${disk},if=virtio,format=raw,snapshot=on`],
          ...['-virtfs', `local,path=${this.#share},mount_tag=host,security_model=none,id=h0`],
          ...['-virtfs', `local,path=${images},mount_tag=images,security_model=none,id=h1`],
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
    this.#child = this.#start();
  }

  async boots(seconds = 600) {
    const up = join(this.#share, 'out/up');
    // Under QEMU 7.2 a kernel panics at its start now and then (oops in an interrupt): it gets a second try.
    await this.#wait(up, seconds, 'did not boot').catch((error) => {
      if (!this.#hasEnded()) throw error;
      console.log(`${error.message}: once more`);
      this.#child = this.#start();
      return this.#wait(up, seconds, 'did not boot');
    });
    await this.run(
      'mkdir -p /images && mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 images /images',
    );
  }

  /** @returns exit code and output of shell lines */
  async run(lines, seconds = 900) {
    const number = this.#next++;
    const file = join(this.#share, 'cmd', String(number));
    writeFileSync(`${file}.new`, `${lines}\n`);
    renameSync(`${file}.new`, file);
    const out = join(this.#share, 'out', String(number));
    await this.#wait(`${out}.rc`, seconds, `did not finish: ${lines}`);
    return { code: Number(readFileSync(`${out}.rc`, 'utf8')), output: readFileSync(out, 'utf8') };
  }

  async #wait(path, seconds, what) {
    for (const until = Date.now() + seconds * 1000; !existsSync(path); await pause(200)) {
      if (this.#hasEnded())
        throw new Error(`the machine ended (${this.#child.exitCode ?? this.#child.signalCode}), and ${what}`);
      if (Date.now() > until) throw new Error(`within ${seconds} s it ${what}`);
    }
  }

  #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  off() {
    this.#child.kill('SIGKILL');
  }
}
