import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, type Place, pause, ROOT, type Running } from './crac.ts';
import { missing } from './debian.ts';

/** Why no pod can be started here; empty where one can. */
export const whyNoContainerd = (): string =>
  process.geteuid?.() === 0
    ? missing('containerd', 'containerd', 'runc') || missing('ctr', 'containerd')
    : 'needs root, to start containers';

/** The image of a pod's first container, which holds its namespaces. */
export const PAUSE = 'docker.io/library/pause:1';

/** containerd as a node of Kubernetes has it, with directories, mounts and a network of its own. */
export class Containerd {
  #daemon: Running | undefined;
  readonly #call: string;

  private constructor(
    readonly place: Place,
    readonly directory: string,
    readonly root: string,
  ) {
    const words = [join(ROOT, 'scripts/apps.mjs'), '--json', 'cri'];
    this.#call = (
      JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as { cri: string }
    ).cri;
  }

  /** @param root of its own programs, where it is not the installed one */
  static async start(place: Place, root = ''): Promise<Containerd> {
    const directory = place.path('containerd');
    mkdirSync(directory, { recursive: true });
    const containerd = new Containerd(place, directory, root);
    const settings = [
      'version = 2',
      `root = "${directory}/root"`,
      `state = "${directory}/state"`,
      '[grpc]',
      `address = "${containerd.socket}"`,
      '[plugins."io.containerd.grpc.v1.cri"]',
      `sandbox_image = "${PAUSE}"`,
      'restrict_oom_score_adj = true', // what this machine may not do
      'disable_cgroup = true', // cgroups are of version 1 here, and no systemd keeps them
      'disable_hugetlb_controller = true',
    ];
    writeFileSync(join(directory, 'config.toml'), `${settings.join('\n')}\n`);
    const around = [
      '--mount',
      '--net',
      '--propagation',
      'private',
      'sh',
      '-c',
      'ip link set lo up && exec "$@"',
      'sh',
    ];
    const env = { PATH: `${root}/usr/bin:${process.env.PATH}` };
    const words = [...around, 'containerd', '--config', join(directory, 'config.toml')];
    const daemon = place.start('unshare', words, { env });
    containerd.#daemon = daemon;
    for (const until = Date.now() + 60_000; ; await pause(100)) {
      if ((await containerd.ctr('version')).code === 0) return containerd;
      if (Date.now() > until) throw new Error(daemon.stderr());
    }
  }

  get socket(): string {
    return join(this.directory, 'sock');
  }

  ctr(...words: string[]): Promise<Ended> {
    return this.place.start(`${this.root}/usr/bin/ctr`, [
      '--address',
      this.socket,
      '--namespace',
      'k8s.io',
      ...words,
    ]).ended;
  }

  /** @param file as `docker save` makes it */
  async load(file: string): Promise<void> {
    const { code, stderr } = await this.ctr('images', 'import', file);
    if (code !== 0) throw new Error(stderr);
  }

  /** A call of the Container Runtime Interface. */
  async call<T>(method: string, request: object): Promise<T> {
    const words = [this.#call, this.socket, method, JSON.stringify(request)];
    const { code, stdout, stderr } = await this.place.start(process.execPath, words).ended;
    if (code !== 0) throw new Error(`${stderr}${this.#daemon?.stderr().slice(-2000)}`);
    return JSON.parse(stdout) as T;
  }

  /** Runs a program of this machine in the node's network, as the kubelet and its probes are. */
  inNetwork(...words: string[]): Promise<Ended> {
    return this.place.start('nsenter', ['--target', String(this.#daemon?.pid), '--net', ...words]).ended;
  }

  async close(): Promise<void> {
    this.#daemon?.child.kill('SIGTERM');
    await this.#daemon?.ended;
  }
}
