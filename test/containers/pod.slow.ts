import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { whyNoBaseImage } from '../support/base-image.ts';
import { Containerd, PAUSE, whyNoContainerd } from '../support/containerd.ts';
import { CRAC, pause } from '../support/crac.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { freePorts } from '../support/ports.ts';
import { containerOf, type PodSpec, sandboxOf } from './pod-config.ts';
import { OFFICIAL, openShop, type Shop } from './shop.ts';

/**
 * What `crac build --kubernetes` writes, by a real container runtime of Kubernetes; this test is in the kubelet's place, as
 * no archive of Debian has one. `npm run test:containers`.
 */

const PORT = await freePorts();
const why =
  process.arch !== 'x64'
    ? 'the engine direct is for x64'
    : whyNoDocker() || whyNoContainerd() || ((await whyNoBaseImage()) ?? '');

/** A program with a hook that takes as long as the test wants. */
const SERVER = `
const { existsSync } = require('node:fs');
const { createServer } = require('node:http');
const { getGlobalContext } = require('node-crac');
let count = 0;
const server = createServer((_, response) => response.end(String(++count)));
server.listen(3000);
getGlobalContext().register((globalThis.hooks = {
  beforeCheckpoint() {},
  async afterRestore() {
    if (!process.env.GATE) return;
    console.log('hook begins');
    while (!existsSync(process.env.GATE)) await new Promise((done) => setTimeout(done, 20));
    console.log('hook ends');
  },
}));
process.on('SIGTERM', () => {
  console.log('goodbye');
  server.close();
});
`;

let shop: Shop;
let containerd: Containerd;
let spec: PodSpec;
let pods = 0;

afterAll(async () => {
  await containerd?.close();
  await shop?.place.close();
});

/** One period of the probe, as the kubelet does it: within a second, an answer of 2xx or 3xx. */
async function probe(): Promise<string> {
  const { path, port } = spec.containers[0]?.readinessProbe.httpGet ?? {};
  const script = `fetch('http://127.0.0.1:${port}${path}', { signal: AbortSignal.timeout(1000) }).then(
    async (answer) => console.log(answer.ok ? 'ready ' + (await answer.text()) : 'status ' + answer.status),
    (error) => console.log('not ready: ' + error.name))`;
  return (await containerd.inNetwork(process.execPath, '-e', script)).stdout.trim();
}

const until = async (what: string, holds: () => Promise<boolean>, tell: () => string): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await holds()); await pause(100))
    if (Date.now() > end) throw new Error(`${what}: ${tell()}`);
};

describe.skipIf(why)(`a pod${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    shop = await openShop(PORT, SERVER, [], { 'node-crac': '*' });
    const docker = await Docker.start(shop.place);
    await docker.done('import', shop.base, 'base');
    await docker.done('build', '--tag', OFFICIAL, shop.official);
    await docker.done('build', '--network', 'host', '--tag', 'shop', shop.directory);
    const first = shop.place.path('pause');
    mkdirSync(first);
    writeFileSync(join(first, 'Dockerfile'), 'FROM base\nCMD ["sleep", "infinity"]\n');
    await docker.done('build', '--tag', PAUSE, first);
    const saved = shop.place.path('images.tar');
    await docker.done('save', '--output', saved, 'shop', PAUSE);
    await docker.close();
    const recipe = ['build', '--kubernetes', '--warm', '/', 'server.js'];
    const { stdout } = await shop.place.start(CRAC, recipe, { cwd: shop.directory }).ended;
    spec = parse(stdout).spec.template.spec;
    containerd = await Containerd.start(shop.place);
    await containerd.load(saved);
  }, 600_000);

  test.each([
    ['as `crac build --kubernetes` has it', false],
    ['with a read-only root file system', true],
  ])('restricted pod security, %s: it is ready when its afterRestore is done', async (_, readonly) => {
    const name = `shop-${++pods}`;
    const logs = shop.place.path(name);
    const gate = shop.place.path(`${name}-gate`);
    mkdirSync(gate);
    const sandbox = sandboxOf(spec, name, logs);
    const log = () => readFileSync(join(logs, 'app.log'), 'utf8');
    const pod = await containerd.call<{ pod_sandbox_id: string }>('RunPodSandbox', { config: sandbox });
    try {
      const config = {
        ...containerOf(spec, 'docker.io/library/shop:latest', readonly),
        envs: [{ key: 'GATE', value: '/gate/open' }],
        mounts: [{ container_path: '/gate', host_path: gate, readonly: true }],
      };
      const request = { ...pod, config, sandbox_config: sandbox };
      const made = await containerd.call<{ container_id: string }>('CreateContainer', request);
      await containerd.call('StartContainer', made);
      await until('the hook', async () => log().includes('hook begins'), log);
      for (let period = 0; period < 3; period++) expect(await probe()).toBe('not ready: TimeoutError');
      writeFileSync(join(gate, 'open'), '');
      let answer = '';
      const ready = async () => {
        answer = await probe();
        return answer.startsWith('ready ');
      };
      await until('readiness', ready, () => answer + log());
      expect(log()).toContain('hook ends');
      // Restored, not started: behind the requests of the warm-up.
      expect(Number(answer.split(' ')[1])).toBeGreaterThan(5);
      await containerd.call('StopContainer', { ...made, timeout: 60 });
      const { status } = await containerd.call<{ status: object }>('ContainerStatus', made);
      expect(status).toMatchObject({ state: 'CONTAINER_EXITED' });
      expect((status as { exit_code?: number }).exit_code ?? 0).toBe(0);
      // Each line of the log has its time and stream before it.
      const lines = log()
        .trim()
        .split('\n')
        .map((line) => line.split(' ').slice(1).join(' '));
      expect(lines).toEqual(['stdout F hook begins', 'stdout F hook ends', 'stdout F goodbye']);
    } finally {
      await containerd.call('StopPodSandbox', pod);
      await containerd.call('RemovePodSandbox', pod);
    }
  });
});
