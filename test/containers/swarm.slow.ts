import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoBaseImage } from '../support/base-image.ts';
import { pause } from '../support/crac.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { freePorts } from '../support/ports.ts';
import { OFFICIAL, openShop, type Shop } from './shop.ts';

/** A service of Docker Swarm whose replicas are restored, and its rolling update; `npm run test:containers`. */

const PORT = await freePorts();
const why =
  process.arch !== 'x64' ? 'the engine direct is for x64' : whyNoDocker() || ((await whyNoBaseImage()) ?? '');
const REPLICAS = 10;

/** As a program is written that is updated without a failure: asked to end, it is served a while for who knows it yet. */
const SERVER = `
const { createServer } = require('node:http');
const { hostname } = require('node:os');
let count = 0;
const server = createServer((_, response) => response.end(JSON.stringify({ version: 1, host: hostname(), count: ++count })));
server.keepAliveTimeout = 1;
server.listen(3000);
process.on('SIGTERM', () => setTimeout(() => server.close(), 3000));
`;

/** Asks the service by its name, on and on, and tells of each answer; ends with a failure of its own kind. */
const CLIENT = `
const { resolve4 } = require('node:dns').promises;
const { get } = require('node:http');
const ask = (host) => new Promise((resolve, reject) => {
  get({ host, port: 3000, agent: false, timeout: 20_000 }, (answer) => {
    let text = '';
    answer.on('data', (data) => { text += data; }).on('end', () => resolve(text)).on('error', reject);
  }).on('error', reject).on('timeout', () => reject(new Error('no answer')));
});
(async () => {
  for (;;) {
    const all = await resolve4('shop').catch(() => []);
    const host = all[Math.floor(Math.random() * all.length)];
    if (host) console.log(await ask(host).catch((error) => JSON.stringify({ failed: host + ' ' + error.message })));
    await new Promise((done) => setTimeout(done, 20));
  }
})();
`;

interface Answer {
  version?: number;
  host: string;
  count: number;
  failed?: string;
}

let shop: Shop;
let docker: Docker;

const until = async <T>(what: string, find: () => Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + 300_000; ; await pause(500)) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > end)
      throw new Error(`${what}: ${await docker.done('service', 'ps', '--no-trunc', 'shop')}`);
  }
};

const answers = async (): Promise<Answer[]> =>
  (await docker.done('logs', 'client'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** All that was answered until each replica of this version had its turn. */
const allAnswered = (version: number): Promise<Answer[]> =>
  until(`version ${version}`, async () => {
    const all = await answers();
    const hosts = new Set(all.filter((one) => one.version === version).map(({ host }) => host));
    return hosts.size >= REPLICAS ? all : undefined;
  });

afterAll(async () => {
  await docker?.run('service', 'rm', 'shop');
  await docker?.run('swarm', 'leave', '--force');
  await docker?.close();
  await shop?.place.close();
});

describe.skipIf(why)(`Docker Swarm${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    shop = await openShop(PORT, SERVER);
    const builder = await Docker.start(shop.place);
    await builder.done('import', shop.base, 'base');
    await builder.done('build', '--tag', OFFICIAL, shop.official);
    const script = join(shop.directory, 'server.js');
    for (const version of [1, 2]) {
      writeFileSync(script, readFileSync(script, 'utf8').replace(/version: \d/, `version: ${version}`));
      await builder.done('build', '--network', 'host', '--tag', `shop:${version}`, shop.directory);
    }
    await builder.close();
    docker = await Docker.start(shop.place, 'docker', { network: true });
    await docker.done('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377');
    await docker.done('network', 'create', '--driver', 'overlay', '--attachable', 'mesh');
  }, 600_000);

  test('ten replicas start from one checkpoint; a rolling update fails no request', async () => {
    const healthy = "bash -c 'exec 3<>/dev/tcp/127.0.0.1/3000'";
    const service = [
      '--name',
      'shop',
      '--replicas',
      String(REPLICAS),
      '--network',
      'mesh',
      '--no-resolve-image',
    ];
    // By name: the virtual address of a service needs IPVS in the kernel.
    service.push('--endpoint-mode', 'dnsrr', '--cap-drop', 'ALL', '--stop-grace-period', '60s');
    service.push('--health-cmd', healthy, '--health-interval', '1s', '--health-retries', '30');
    service.push(
      '--update-order',
      'start-first',
      '--update-parallelism',
      '2',
      '--update-failure-action',
      'pause',
    );
    await docker.done('service', 'create', '--detach', ...service, 'shop:1');
    await docker.done(
      'run',
      '--detach',
      '--name',
      'client',
      '--network',
      'mesh',
      OFFICIAL,
      'node',
      '-e',
      CLIENT,
    );
    const before = await allAnswered(1);
    // Restored: each begins behind the requests of the warm-up, and behind no other.
    const first = new Map<string, number>();
    for (const { host, count } of before) if (!first.has(host)) first.set(host, count);
    expect(new Set(first.values()).size).toBe(1);
    expect([...first.values()][0]).toBeGreaterThan(5);

    await docker.done('service', 'update', '--detach', '--no-resolve-image', '--image', 'shop:2', 'shop');
    await until('the update', async () => {
      const state = await docker.done('service', 'inspect', '--format', '{{.UpdateStatus.State}}', 'shop');
      return state === 'completed' ? state : undefined;
    });
    const all = await allAnswered(2);
    expect(all.filter(({ failed }) => failed)).toEqual([]);
    expect(all.at(-1)).toMatchObject({ version: 2 });
    expect(Math.min(...all.filter(({ version }) => version === 2).map(({ count }) => count))).toBeGreaterThan(
      5,
    );
    expect(new Set(all.slice(before.length).map(({ version }) => version))).toEqual(new Set([1, 2]));
  });
});
