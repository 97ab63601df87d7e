import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseImage, publishPackages, whyNoBaseImage } from '../support/base-image.ts';
import { BASE } from '../support/container.ts';
import { CRAC, type Ended, Place } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { freePorts } from '../support/ports.ts';
import { startRegistry } from '../support/registry.ts';

/** The Dockerfile of `crac build --dockerfile`, by every builder that Debian has; `npm run test:containers`. */

const PORT = await freePorts();
const why = process.arch !== 'x64' ? 'the engine direct is for x64' : ((await whyNoBaseImage()) ?? '');
const TAG = `node:${process.versions.node.split('.')[0]}-bookworm-slim`;

const SERVER = `
const { createServer } = require('node:http');
let count = 0;
createServer((_, response) => response.end(String(++count) + '\\n')).listen(3000);
`;

/** Runs a server from the image, asks it once from inside its own network, and ends it. */
const ASK = `set -e
node -e 'setTimeout(() => process.exit(1), 60000); const ask = () => fetch("http://127.0.0.1:3000").then((r) => r.text()).then((t) => { process.stdout.write(t); process.exit(0); }, () => setTimeout(ask, 100)); ask()'
`;

let place: Place;
let shop: string;
let base: string;

afterAll(() => place?.close());

describe.skipIf(why)(`builders${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    place = new Place();
    const registry = await startRegistry(place, PORT);
    await publishPackages(place, registry);
    base = baseImage(place, BASE, registry);
    shop = place.path('shop');
    mkdirSync(shop);
    writeFileSync(`${shop}/package.json`, '{ "name": "shop", "private": true }');
    writeFileSync(`${shop}/server.js`, SERVER);
    const words = ['build', `--dockerfile=${shop}/Dockerfile`, '--warm', '/', '--count', '5', 'server.js'];
    expect(await place.start(CRAC, words, { cwd: shop }).ended).toMatchObject({ code: 0 });
  }, 600_000);

  const noDocker = whyNoDocker();
  test.skipIf(noDocker).each([
    ['the classic builder', '0'],
    ['BuildKit', '1'],
  ])(`Docker, %s${noDocker}`, async (_, buildkit) => {
    const docker = await Docker.start(place, `docker-${buildkit}`);
    try {
      await docker.done('import', base, 'base');
      const words = ['build', '--network', 'host', '--tag'];
      writeFileSync(place.path('user'), 'FROM base\nRUN useradd --create-home --uid 1000 node\n');
      await docker.done(...words, TAG, '--file', place.path('user'), place.path('shop'));
      const built = await docker.with({ DOCKER_BUILDKIT: buildkit }, ...words, 'shop', shop);
      expect(built, built.stderr).toMatchObject({ code: 0 });
      await docker.done('run', '--detach', '--name', 'copy', 'shop');
      expect(Number(await docker.ask('copy'))).toBeGreaterThan(5);
      expect((await docker.run('logs', 'copy')).stderr).toBe('');
    } finally {
      await docker.close();
    }
  });

  /** Storage and settings of its own, and one cgroup hierarchy: test machines have hybrid ones. */
  const containers = (...words: string[]): Promise<Ended> => {
    const home = place.path('containers');
    mkdirSync(home, { recursive: true });
    const conf = [
      '[containers]',
      'default_ulimits = []',
      'pids_limit = 0',
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      'runtime = "runc"',
    ];
    writeFileSync(`${home}/containers.conf`, `${conf.join('\n')}\n`);
    const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${home}/graph"\nrunroot = "${home}/run"\n`;
    writeFileSync(`${home}/storage.conf`, storage);
    writeFileSync(`${home}/policy.json`, '{ "default": [{ "type": "insecureAcceptAnything" }] }');
    const around = 'umount -R -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';
    const env = {
      CONTAINERS_CONF: `${home}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${home}/storage.conf`,
    };
    return place.start('unshare', ['-m', 'sh', '-c', around, 'sh', ...words], { env }).ended;
  };
  const done = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await containers(...words);
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout.trim();
  };

  const builders: [string, string[], string][] = [
    ['podman', ['podman', 'build', '--pull=never', '--network', 'host'], missing('podman')],
    [
      'buildah',
      ['buildah', 'bud', '--isolation', 'oci', '--pull-never', '--network', 'host'],
      missing('buildah'),
    ],
  ];
  for (const [name, words, lacks] of builders)
    test.skipIf(lacks)(`${name}${lacks && ` (skipped: ${lacks})`}`, async () => {
      await done('podman', 'import', base, 'localhost/base');
      writeFileSync(place.path('user'), 'FROM localhost/base\nRUN useradd --create-home --uid 1000 node\n');
      const official = `docker.io/library/${TAG}`;
      await done(...words, '--tag', official, '--file', place.path('user'), shop);
      await done(...words, '--tag', 'shop', shop);
      const run = [
        'podman',
        'run',
        '--rm',
        '--network',
        'none',
        '--entrypoint',
        'sh',
        'localhost/shop',
        '-c',
      ];
      const answer = await done(...run, `/srv/crac/image/restore & ${ASK}`);
      expect(Number(answer)).toBeGreaterThan(5);
    });
});
