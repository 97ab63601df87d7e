import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ContainerEngine } from '../support/ask-inside.ts';
import { whyNoBaseImage } from '../support/base-image.ts';
import { Containerd, PAUSE, whyNoContainerd } from '../support/containerd.ts';
import { CRAC } from '../support/crac.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { newerDebian } from '../support/newer-debian.ts';
import { Podman, whyNoPodman } from '../support/podman.ts';
import { freePorts } from '../support/ports.ts';
import { containerOf, type PodSpec, sandboxOf } from './pod-config.ts';
import { OFFICIAL, openShop, type Shop } from './shop.ts';

/**
 * A checkpoint as an OCI image of its own, which containers mount: as `crac build --kubernetes --image-volume` says it,
 * by the runtimes that can; `npm run test:containers`.
 */

const PORT = await freePorts();
const VOLUME = 'docker.io/library/shop-checkpoint:1';
const newer = await newerDebian('docker.io', 'docker-cli', 'containerd');
const why =
  process.arch !== 'x64'
    ? 'the engine direct is for x64'
    : whyNoDocker() || whyNoContainerd() || newer.why || ((await whyNoBaseImage()) ?? '');
const noPodman = whyNoPodman();

let shop: Shop;
let docker: Docker;
let saved: string;
let spec: PodSpec;

afterAll(async () => {
  await docker?.close();
  await shop?.place.close();
});

/** The command of the recipe, in a container with the volume; restored, it is behind the requests of the warm-up. */
async function restores(engine: ContainerEngine, mount: string): Promise<void> {
  const words = [
    '--detach',
    '--network',
    'none',
    '--name',
    'copy',
    '--mount',
    mount,
    '--cap-drop',
    'ALL',
    '--read-only',
  ];
  const [container] = spec.containers;
  await engine.done('run', ...words, 'shop-alone', ...(container?.command ?? []));
  expect(Number.parseInt(await engine.ask('copy'), 10)).toBeGreaterThan(5);
  const { stderr } = await engine.run('logs', 'copy');
  expect(stderr).toBe('');
  const pid = await engine.done('inspect', '--format', '{{.State.Pid}}', 'copy');
  const mounted = readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
  const point = mounted.find((line) => line.split(' ')[1] === '/srv/crac/image');
  expect(point?.split(' ')[3]?.split(',')[0]).toBe('ro');
  await engine.done('rm', '--force', 'copy');
}

describe.skipIf(why)(`an image as a volume${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    shop = await openShop(PORT);
    docker = await Docker.start(shop.place, 'docker', newer);
    const build = async (name: string, ...lines: string[]) => {
      const directory = shop.place.path(name.replaceAll(/\W/g, '-'));
      mkdirSync(directory);
      writeFileSync(join(directory, 'Dockerfile'), `${lines.join('\n')}\n`);
      const words = ['build', '--network', 'host', '--tag', name, directory];
      const { code, stderr } = await docker.with({ DOCKER_BUILDKIT: '0' }, ...words);
      expect(code, stderr).toBe(0);
    };
    await docker.done('import', shop.base, 'base');
    writeFileSync(join(shop.directory, '.dockerignore'), 'none\n');
    const old = { DOCKER_BUILDKIT: '0' };
    for (const words of [
      ['--tag', OFFICIAL, shop.official],
      ['--network', 'host', '--tag', 'shop', shop.directory],
    ])
      expect(await docker.with(old, 'build', ...words)).toMatchObject({ code: 0 });
    const words = ['build', '--kubernetes', '--image-volume', VOLUME, '--warm', '/', 'server.js'];
    const { stdout } = await shop.place.start(CRAC, words, { cwd: shop.directory }).ended;
    spec = parse(stdout).spec.template.spec;
    // The two lines that the recipe's head names; and the program without its checkpoint.
    const [, lines = ''] = /printf '(.*)' \| docker build/.exec(stdout) ?? [];
    await build('shop-checkpoint:1', ...lines.trim().split('\\n').filter(Boolean));
    await build('shop-alone', 'FROM shop', 'RUN rm -r /srv/crac/image && mkdir /srv/crac/image');
    await build(PAUSE, 'FROM base', 'CMD ["sleep", "infinity"]');
    saved = shop.place.path('images.tar');
    await docker.done('save', '--output', saved, 'shop-alone', 'shop-checkpoint:1', PAUSE);
  }, 900_000);

  test('Docker, from 28 on', () => restores(docker, `type=image,source=${VOLUME},target=/srv/crac/image`));

  test.skipIf(noPodman)(`podman${noPodman && ` (skipped: ${noPodman})`}`, async () => {
    const podman = Podman.start(shop.place);
    try {
      await podman.done('load', '--input', saved);
      await restores(
        podman,
        `type=image,source=${VOLUME.replace('docker.io/library', 'localhost')},destination=/srv/crac/image`,
      );
    } finally {
      await podman.close();
    }
  });

  test.each([
    ['as `crac build --kubernetes --image-volume` has it', false],
    ['with a read-only root file system', true],
  ])('a pod under containerd, from 2.1 on, %s', async (_, readonly) => {
    const containerd = await Containerd.start(shop.place, newer.root);
    try {
      await containerd.load(saved);
      const logs = shop.place.path(`logs-${readonly}`);
      const sandbox = sandboxOf(spec, 'shop', logs);
      const pod = await containerd.call<{ pod_sandbox_id: string }>('RunPodSandbox', { config: sandbox });
      const config = containerOf(spec, 'docker.io/library/shop-alone:latest', readonly);
      const request = { ...pod, config, sandbox_config: sandbox };
      const made = await containerd.call<{ container_id: string }>('CreateContainer', request);
      await containerd.call('StartContainer', made);
      const log = () => readFileSync(join(logs, 'app.log'), 'utf8');
      const script = "fetch('http://127.0.0.1:3000/').then((answer) => answer.text()).then(console.log)";
      let answer = '';
      for (const until = Date.now() + 60_000; answer === ''; ) {
        answer = (await containerd.inNetwork(process.execPath, '-e', script)).stdout;
        if (Date.now() > until) throw new Error(log());
      }
      expect(Number.parseInt(answer, 10), log()).toBeGreaterThan(5);
      await containerd.call('StopContainer', { ...made, timeout: 60 });
      expect(log().replaceAll(/^\S+ /gm, '')).toBe('stdout F goodbye\n');
      await containerd.call('StopPodSandbox', pod);
      await containerd.call('RemovePodSandbox', pod);
    } finally {
      await containerd.close();
    }
  });
});
