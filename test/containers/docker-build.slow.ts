import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseImage, publishPackages, whyNoBaseImage } from '../support/base-image.ts';
import { BASE } from '../support/container.ts';
import { CRAC, Place } from '../support/crac.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { freePorts } from '../support/ports.ts';
import { startRegistry } from '../support/registry.ts';

/** A plain `docker build` of what `crac build --dockerfile` writes, by Docker's real engine. */

const PORT = await freePorts();
const why =
  process.arch !== 'x64' ? 'the engine direct is for x64' : whyNoDocker() || (await whyNoBaseImage()) || '';

const SERVER = `
const { createServer } = require('node:http');
let count = 0;
createServer((_, response) => response.end(String(++count) + ' ' + (process.env.GREETING ?? 'hello') + '\\n')).listen(3000);
`;

let place: Place;
let docker: Docker;
let dockerfile: string;

/** As `docker run` is called; what it answers, and how it ends when it is stopped. */
async function copy(...options: string[]): Promise<string> {
  const name = `copy-${++copies}`;
  await docker.done('run', '--detach', '--name', name, ...options, 'shop');
  return docker.ask(name);
}
let copies = 0;

afterAll(async () => {
  await docker?.close();
  await place?.close();
});

describe.skipIf(why)(`docker build${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    place = new Place();
    const registry = await startRegistry(place, PORT);
    await publishPackages(place, registry);
    docker = await Docker.start(place);
    await docker.done('import', baseImage(place, BASE, registry), 'base');
    // The official image has this user.
    writeFileSync(place.path('user'), 'FROM base\nRUN useradd --create-home --uid 1000 node\n');
    const [major] = process.versions.node.split('.');
    const official = `node:${major}-bookworm-slim`;
    await docker.done('build', '--tag', official, '--file', place.path('user'), place.path('release'));
    const shop = place.path('shop');
    mkdirSync(shop);
    writeFileSync(`${shop}/package.json`, '{ "name": "shop", "private": true }');
    writeFileSync(`${shop}/server.js`, SERVER);
    const written = await place.start(
      CRAC,
      ['build', '--dockerfile', '--warm', '/', '--count', '5', 'server.js'],
      {
        cwd: shop,
      },
    ).ended;
    expect(written).toMatchObject({ code: 0, stderr: '' });
    dockerfile = written.stdout;
    writeFileSync(`${shop}/Dockerfile`, dockerfile);
    await docker.done('build', '--network', 'host', '--tag', 'shop', shop);
  }, 300_000);

  test('the file has at most ten lines', () => {
    expect(dockerfile.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });

  test('`docker run`, with nothing else, starts from the checkpoint, in as many copies as wanted', async () => {
    // Five requests that warmed it up, and those that compared; each copy goes on by itself.
    const answers = await Promise.all([copy(), copy(), copy('--env', 'GREETING=bonjour')]);
    const [first = ''] = answers;
    const count = Number(first.split(' ')[0]);
    expect(count).toBeGreaterThan(5);
    expect(answers).toEqual([`${count} hello\n`, `${count} hello\n`, `${count} bonjour\n`]);
    expect(await docker.ask('copy-1')).toBe(`${count + 1} hello\n`);
    await docker.done('stop', '--time', '20', 'copy-1');
    expect((await docker.run('logs', 'copy-1')).stderr).toBe('');
  });

  test.each([
    ['nothing allowed', ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']],
    ['nothing to write', ['--read-only', '--tmpfs', '/tmp']],
    ['an init before it', ['--init']],
    ['limits', ['--memory', '256m', '--pids-limit', '50', '--cpus', '0.5']],
  ])('%s', async (_, options) => {
    expect(Number((await copy(...options)).split(' ')[0])).toBeGreaterThan(5);
  });
});
