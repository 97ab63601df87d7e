import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Report } from '../../src/command/doctor/examine.ts';
import type { SeccompProfile } from '../../src/command/doctor/seccomp-profile.ts';
import {
  type Confinement,
  Containers,
  type StartedContainer,
  whyNoContainers,
} from '../support/container.ts';
import { CRAC, Place, pause, ROOT } from '../support/crac.ts';
import { commandIn, readDockerRun, stagesOf } from '../support/dockerfile.ts';
import { criuPath } from '../support/engine.ts';
import { type BuiltImage, ImageBuild, type StandIn } from '../support/image-build.ts';

// What `crac build --dockerfile` and `--kubernetes` write, done to the letter in real containers.

const why = await whyNoContainers();
const place = new Place();
const WORDS = ['--warm', '/items', '--count', '20', 'server.js'];
let containers: Containers;
let build: ImageBuild;
let dockerfile: string;
let kubernetes: string;
let context: string;
let cold: BuiltImage;

const LIBRARY = '/usr/local/lib/node_modules/node-crac';

/** What is installed on this machine stands in for the official image of Node: node, npm, its headers, its user. */
async function nodeImage(): Promise<string> {
  const layer = await containers.layer();
  const local = join(layer, 'usr/local');
  await cp(process.execPath, join(local, 'bin/node'));
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  await cp(join(modules, 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true });
  await mkdir(join(local, 'lib/node_modules'), { recursive: true });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', layer, ROOT];
  const { stdout, code } = await place.start('npm', pack).ended;
  expect(code).toBe(0);
  await rename(join(layer, stdout.trim()), join(layer, 'node-crac.tgz'));
  await writeFile(join(layer, 'node-crac.js'), 'setInterval(() => {}, 1000);\n');
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await cp(join(ROOT, 'node_modules/node-api-headers/include'), join(local, 'include/node'), {
    recursive: true,
  });
  return layer;
}

/** The steps that need what is not published, or an archive with an engine for this kernel. */
function standIns(application: string): Map<string, StandIn> {
  const engine = dirname(dirname(criuPath()));
  return new Map<string, StandIn>([
    // Packed where nothing native was built, or for another kind of machine.
    [
      'npm install --global node-crac',
      `npm install --global --offline /node-crac.tgz && rm -r ${LIBRARY}/native/build`,
    ],
    [
      'crac engine install', // its paths are written into it: it stays where it was
      (layer) => cp(engine, join(layer, engine), { recursive: true, preserveTimestamps: true }),
    ],
    [
      'npm ci --omit=dev',
      async (layer) => {
        await cp(join(application, 'node_modules'), join(layer, 'app/node_modules'), { recursive: true });
        await chown(join(layer, 'app'), 1000, 1000);
      },
    ],
  ]);
}

const recipe = async (form: string): Promise<string> => {
  const { stdout, stderr, code } = await place.start(CRAC, ['build', form, ...WORDS], {
    cwd: context,
    env: { CRAC_ENGINE: 'criu' },
  }).ended;
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout;
};

/** The profile that the recipe has made in a container of the cold image. */
async function profile(): Promise<SeccompProfile> {
  const [, said = ''] = dockerfile.match(/docker run --rm express-app:cold (.+) > crac-seccomp\.json/) ?? [];
  const { running } = await build.start(cold, said.split(' '), { capabilities: [], maskProc: true });
  const { stdout, stderr, code } = await running.ended;
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout) as SeccompProfile;
}

/** Waits for the PID of the container's first process. */
async function pidOf(bundle: string): Promise<string> {
  for (const until = Date.now() + 60_000; !existsSync(join(bundle, 'pid')); await pause(10))
    if (Date.now() > until) throw new Error('the container was not started');
  return readFile(join(bundle, 'pid'), 'utf8');
}

/** A client in the container's network. */
async function ask({ bundle }: StartedContainer, path: string): Promise<string> {
  const pid = await pidOf(bundle);
  const script = `const until = Date.now() + 60_000;
    for (;;) try {
      process.stdout.write(await (await fetch('http://127.0.0.1:3000${path}')).text()); break;
    } catch (error) { if (Date.now() > until) throw error; await new Promise((done) => setTimeout(done, 20)); }`;
  const words = ['-t', pid, '-n', process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr, code } = await place.start('nsenter', words).ended;
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout;
}

/** Restored in a container of its own, asked twice, and told to end as `docker stop` and Kubernetes tell it. */
async function works(image: BuiltImage, words: string[], confinement: Confinement): Promise<void> {
  const container = await build.start(image, words, { ...confinement, seconds: 0 });
  try {
    const { total } = JSON.parse(await ask(container, '/stats')) as { total: number };
    expect(total).toBeGreaterThan(20); // it remembers the requests that warmed it up
    expect(JSON.parse(await ask(container, '/items'))).toEqual([]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${container.running.stderr()}`, { cause: error });
  } finally {
    process.kill(Number(await pidOf(container.bundle)), 'SIGTERM');
  }
  const { code, stderr } = await container.running.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

afterAll(() => place.close());

describe.skipIf(why)(`recipes in containers${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    containers = await Containers.create();
    const said = execFileSync(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', 'express']);
    const application = dirname((JSON.parse(said.toString()) as { express: string }).express);
    context = place.path('express-app');
    await cp(application, context, { recursive: true, filter: (path) => !path.includes('node_modules') });
    dockerfile = await recipe('--dockerfile');
    kubernetes = await recipe('--kubernetes');
    const bases = { layers: [await nodeImage()] };
    build = new ImageBuild(containers, place, context, bases, standIns(application));
    cold = await build.stage('', stagesOf(dockerfile));
  }, 600_000);
  afterAll(() => containers?.close());

  test('the image of `docker build` has a native part that was compiled for it', async () => {
    expect(cold).toMatchObject({ user: 1000, cwd: '/app', cmd: ['node', 'server.js'] });
    const { running } = await build.start(cold, ['crac', 'doctor', '--json'], { maskProc: true });
    const { findings } = JSON.parse((await running.ended).stdout) as Report;
    const native = findings.find(({ id }) => id === 'node.native-part');
    expect(native).toMatchObject({ state: 'ok', seen: `${LIBRARY}/native/build/crac-native` });
  });

  test('a package without its native part says the commands that the recipe has run', async () => {
    const bare = await build.stage(
      'bare',
      stagesOf('FROM node AS bare\nRUN npm install --global node-crac\n'),
    );
    const run = ['crac', 'run', '--image', '/tmp/image', '/node-crac.js'];
    const { code, stderr } = await (await build.start(bare, run, {})).running.ended;
    expect({ code, stderr }).toEqual({
      code: 70,
      stderr: expect.stringMatching(/^crac: the native part cannot be used: not built: .*\. Build it:\n/),
    });
    const commands = stderr.trimEnd().split('\n').slice(1);
    expect(commands.map((line) => line.trim())).toEqual([
      'apt-get update && apt-get install --yes gcc libc6-dev',
      `node ${LIBRARY}/scripts/build.mjs native`,
    ]);
    for (const command of commands)
      expect(dockerfile).toContain(
        command.trim().replace('--yes', '--yes --no-install-recommends').replace(/^/, 'RUN '),
      );
  });

  test('`docker run … crac build`, `docker commit` and `docker run`, with exactly those settings', async () => {
    const making = readDockerRun(commandIn(dockerfile, 'docker run --name'));
    expect(making).toMatchObject({ seccomp: 'unconfined', image: 'express-app:cold' });
    const made = await build.start(cold, making.words, making.confinement);
    const { code, stderr } = await made.running.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });

    const [, cmd = ''] = dockerfile.match(/docker commit --change 'CMD (\[.*\])'/) ?? [];
    const warm: BuiltImage = { ...cold, layers: [made.upper, ...cold.layers] };
    const running = readDockerRun(commandIn(dockerfile, 'docker run \\'));
    expect(running).toMatchObject({ seccomp: 'crac-seccomp.json', image: 'express-app:warm', words: [] });
    await works(warm, JSON.parse(cmd) as string[], { ...running.confinement, seccomp: await profile() });
  }, 120_000);

  test('the pod of Kubernetes: its init container makes the image, its container restores it', async () => {
    const [, { spec }] = parseAllDocuments(kubernetes).map((document) => document.toJS()) as [
      unknown,
      Deployment,
    ];
    const pod = spec.template.spec;
    const [maker, app] = [pod.initContainers[0], pod.containers[0]] as [PodContainer, PodContainer];
    const made = await build.start(cold, maker.command, await confinementIn(pod, maker));
    expect(await made.running.ended).toMatchObject({ code: 0 });
    await works(cold, app.command, await confinementIn(pod, app));
  }, 120_000);
});

interface PodContainer {
  command: string[];
  securityContext: {
    allowPrivilegeEscalation: boolean;
    capabilities: { drop: string[]; add?: string[] };
    seccompProfile: { type: string; localhostProfile?: string };
    procMount: string;
  };
  volumeMounts: { mountPath: string; readOnly?: boolean }[];
}

interface Pod {
  hostUsers: boolean;
  securityContext: { runAsUser: number };
  initContainers: PodContainer[];
  containers: PodContainer[];
}

interface Deployment {
  spec: { template: { spec: Pod } };
}

/** As the kubelet would start it. */
async function confinementIn(
  pod: Pod,
  { securityContext, volumeMounts }: PodContainer,
): Promise<Confinement> {
  const { capabilities, seccompProfile, procMount, allowPrivilegeEscalation } = securityContext;
  expect(capabilities.drop).toEqual(['ALL']);
  const [volume] = volumeMounts as [PodContainer['volumeMounts'][0]];
  return {
    user: pod.securityContext.runAsUser,
    userNamespace: !pod.hostUsers,
    capabilities: capabilities.add ?? [],
    maskProc: procMount !== 'Unmasked',
    noNewPrivileges: !allowPrivilegeEscalation,
    volume: volume.mountPath,
    readOnlyImages: volume.readOnly ?? false,
    ...(seccompProfile.localhostProfile === 'crac-seccomp.json' && { seccomp: await profile() }),
  };
}
