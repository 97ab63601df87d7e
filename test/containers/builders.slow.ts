import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerEngine } from '../support/ask-inside.ts';
import { whyNoBaseImage } from '../support/base-image.ts';
import { Docker, whyNoDocker } from '../support/docker.ts';
import { Podman, whyNoPodman } from '../support/podman.ts';
import { freePorts } from '../support/ports.ts';
import { OFFICIAL, openShop, type Shop } from './shop.ts';

/**
 * A plain build of what `crac build --dockerfile` writes, by every builder that Debian has, and what becomes of the result
 * when it is run as people run containers; `npm run test:containers`.
 */

const PORT = await freePorts();
const why =
  process.arch !== 'x64' ? 'the engine direct is for x64' : whyNoDocker() || ((await whyNoBaseImage()) ?? '');
const noPodman = whyNoPodman();

let shop: Shop;

interface Builder {
  name: string;
  why: string;
  /** An engine that has the official image already. */
  start(): Promise<ContainerEngine>;
  build(engine: ContainerEngine, tag: string, file: string): Promise<{ code: number | null; stderr: string }>;
}

const HOST = ['--network', 'host'];
const words = (tag: string, file: string): string[] => ['--tag', tag, '--file', file, shop.directory];

const docker = (name: string, buildkit: string): Builder => ({
  name: `Docker's ${name}`,
  why: '',
  async start() {
    const engine = await Docker.start(shop.place, `docker-${buildkit}`);
    await engine.done('import', shop.base, 'base');
    await engine.done('build', '--tag', OFFICIAL, shop.official);
    return engine;
  },
  build: (engine, tag, file) =>
    (engine as Docker).with({ DOCKER_BUILDKIT: buildkit }, 'build', ...HOST, ...words(tag, file)),
});

const podman = (name: string, ...command: string[]): Builder => ({
  name,
  why: noPodman,
  async start() {
    const engine = Podman.start(shop.place, name);
    await engine.done('import', shop.base, 'localhost/base');
    const official = ['--tag', `docker.io/library/${OFFICIAL}`, shop.official];
    await engine.done('build', '--pull=never', ...official);
    return engine;
  },
  build: (engine, tag, file) => (engine as Podman).command(...command, ...HOST, ...words(tag, file)),
});

const BUILDERS = [
  docker('classic builder', '0'),
  docker('BuildKit', '1'),
  podman('podman', 'podman', 'build', '--pull=never'),
  podman('buildah', 'buildah', 'bud', '--isolation', 'oci', '--pull-never'),
];

/** The checkpoint made in one stage, and its files a layer in another, beside what they were made with. */
const STAGES = (official: string) => `
FROM shop AS made
FROM ${official}
RUN npm install --global node-crac
WORKDIR /app
USER node
ENV PORT=3000
COPY --from=made /app /app
COPY --from=made --chown=node /srv/crac /srv/crac
CMD ["/srv/crac/image/restore"]
`;

afterAll(() => shop?.place.close());

describe.skipIf(why)(`builders${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    shop = await openShop(PORT);
  }, 600_000);

  test('the file has at most ten lines', () => {
    expect(shop.dockerfile.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });

  for (const builder of BUILDERS)
    describe.skipIf(builder.why)(`${builder.name}${builder.why && ` (skipped: ${builder.why})`}`, () => {
      let engine: ContainerEngine;
      let copies = 0;

      /** As `docker run` is called: the container's name, and what it answers first. */
      async function copy(...options: string[]): Promise<[name: string, answer: string]> {
        const name = `${builder.name.replace(/\W/g, '')}-${++copies}`;
        await engine.done('run', '--detach', '--network', 'none', '--name', name, ...options);
        return [name, await engine.ask(name)];
      }
      const state = (name: string, field: string) =>
        engine.done('inspect', '--format', `{{.State.${field}}}`, name);
      /** PID 1, and what it has started. */
      async function processes(name: string): Promise<string> {
        const first = await state(name, 'Pid');
        const all = [
          first,
          ...readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' '),
        ];
        return all.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).join(' ');
      }

      beforeAll(async () => {
        engine = await builder.start();
        const built = await builder.build(engine, 'shop', join(shop.directory, 'Dockerfile'));
        expect(built, built.stderr).toMatchObject({ code: 0 });
      });
      afterAll(() => engine?.close());

      test('ten copies, with nothing said: each goes on from the checkpoint by itself', async () => {
        const all = await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            copy(...(i === 9 ? ['--env', 'GREETING=bonjour'] : []), 'shop'),
          ),
        );
        const answers = all.map(([, answer]) => answer);
        // Five requests that warmed it up, and those that compared.
        const count = Number.parseInt(answers[0] as string, 10);
        expect(count).toBeGreaterThan(5);
        expect(answers).toEqual([...Array(9).fill(`${count} hello\n`), `${count} bonjour\n`]);
        for (const [name] of all.slice(0, 2)) expect(await engine.ask(name)).toBe(`${count + 1} hello\n`);
        await engine.done('rm', '--force', ...all.map(([name]) => name));
      });

      test('PID 1 without an init: a stop is heard, and is the program’s own end', async () => {
        const [name] = await copy('shop');
        expect(await processes(name)).toBe('crac-init node');
        await engine.done('stop', '--time', '120', name);
        expect(await state(name, 'ExitCode')).toBe('0');
        expect(await engine.run('logs', name)).toMatchObject({ stdout: 'goodbye\n', stderr: '' });
      });

      test('an init before it: the program is its child, and nothing more', async () => {
        const [name] = await copy('--init', 'shop');
        expect(await processes(name)).toMatch(/^(docker|podman)-init node$/);
        await engine.done('stop', '--time', '120', name);
        expect(await engine.run('logs', name)).toMatchObject({ stdout: 'goodbye\n', stderr: '' });
      });

      test.each([
        ['nothing allowed', ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']],
        ['nothing to write', ['--read-only']],
        ['nothing to write but /tmp', ['--read-only', '--tmpfs', '/tmp']],
        [
          'all of it',
          [
            '--cap-drop',
            'ALL',
            '--security-opt',
            'no-new-privileges',
            '--read-only',
            '--init',
            '--pids-limit',
            '40',
          ],
        ],
      ])('%s', async (_, options) => {
        const [name, answer] = await copy(...options, 'shop');
        expect(Number.parseInt(answer, 10)).toBeGreaterThan(5);
        const status = readFileSync(`/proc/${await state(name, 'Pid')}/status`, 'utf8');
        expect(status).toMatch(/^Seccomp:\t2$/m); // the engine's own profile
        expect((await engine.run('logs', name)).stderr).toBe('');
      });

      test('limits of memory, CPU and PIDs hold for the copy', async () => {
        const limits = ['--memory', '256m', '--pids-limit', '50', '--cpus', '0.5'];
        const [name, answer] = await copy(...limits, 'shop');
        expect(Number.parseInt(answer, 10)).toBeGreaterThan(5);
        const groups = readFileSync(`/proc/${await state(name, 'Pid')}/cgroup`, 'utf8');
        const limit = (controller: string, file: string) => {
          const [, path = ''] = groups.match(new RegExp(`^\\d+:${controller}:(.*)$`, 'm')) ?? [];
          return Number(readFileSync(join('/sys/fs/cgroup', controller, path, file), 'utf8'));
        };
        expect(limit('memory', 'memory.limit_in_bytes')).toBe(256 << 20);
        expect(limit('pids', 'pids.max')).toBe(50);
        expect(limit('cpu', 'cpu.cfs_quota_us') / limit('cpu', 'cpu.cfs_period_us')).toBe(0.5);
      });

      test('too few PIDs are named as what is wrong', async () => {
        const { code, stderr } = await engine.run(
          'run',
          '--rm',
          '--network',
          'none',
          '--pids-limit',
          '5',
          'shop',
          '/srv/crac/image/restore', // without --or-run: node itself stands still with so few,
        );
        expect(code).toBe(72);
        expect(stderr).toContain("cannot make the program's threads anew: EAGAIN");
        expect(stderr).toContain("container's limit of PIDs");
      });

      test('another user than the image’s: why, and a cold start', async () => {
        const [name, answer] = await copy('--user', '0', 'shop');
        expect(answer).toBe('1 hello\n');
        const { stderr } = await engine.run('logs', name);
        expect(stderr).toContain('belongs to user 1000, and an image is code');
        expect(stderr).toContain('crac: starting server.js without the image\n');
      });

      test('several stages: the checkpoint’s files as one layer', async () => {
        const file = join(shop.place.path(), 'stages');
        const official = engine instanceof Docker ? OFFICIAL : `docker.io/library/${OFFICIAL}`;
        writeFileSync(file, STAGES(official));
        const built = await builder.build(engine, 'staged', file);
        expect(built, built.stderr).toMatchObject({ code: 0 });
        const [name, answer] = await copy('staged');
        expect(Number.parseInt(answer, 10)).toBeGreaterThan(5);
        expect((await engine.run('logs', name)).stderr).toBe('');
      });
    });
});
