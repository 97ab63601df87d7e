import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** This machine, with its own kernel and CPU, and the files of the emulated ones: what Machine has, in a chroot. */
export class Here {
  #tree;
  #images;

  constructor(tree, images) {
    this.#tree = tree;
    this.#images = images;
  }

  /** @returns exit code and output of shell lines */
  async run(lines, seconds = 900) {
    const mounts = `set -e; ip link set lo up 2>/dev/null || busybox ip link set lo up
      mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount -t tmpfs shm "$1/run"; mount --bind "$2" "$1/images"
      exec chroot "$1" /bin/sh -c "$3" 2>&1`;
    const path = '/opt/node-crac/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const { status, stdout, stderr, error } = spawnSync(
      'unshare',
      [
        ...['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', mounts],
        ...['sh', this.#tree, this.#images, lines],
      ],
      {
        encoding: 'utf8',
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        env: { PATH: `${path}:${process.env.PATH}`, HOME: '/root' },
        cwd: join(this.#tree, 'tmp'),
      },
    );
    return { code: status ?? -1, output: `${stdout}${stderr}${error?.message ?? ''}` };
  }

  async boots() {}

  off() {}
}
