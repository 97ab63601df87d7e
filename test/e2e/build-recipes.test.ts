import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CRAC, type Ended } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

/** In the directory of an application with a lockfile and a build. */
function build(...words: string[]): Promise<Ended> {
  const directory = place.path('shop');
  mkdirSync(`${directory}/dist`, { recursive: true });
  writeFileSync(
    `${directory}/package.json`,
    JSON.stringify({ name: '@acme/shop', scripts: { build: 'tsc' } }),
  );
  writeFileSync(`${directory}/package-lock.json`, '{}');
  writeFileSync(`${directory}/dist/server.js`, '');
  writeFileSync(`${directory}/warm.http`, 'GET /items\n');
  // The engine whose files have settings in them.
  return place.start(CRAC, ['build', ...words], { cwd: directory, env: { CRAC_ENGINE: 'criu' } }).ended;
}

const OPTIONS = [
  '--ready-url',
  'http://localhost:8080/health',
  '--warm',
  '/items?q=lamp&limit=2',
  '--warm-file',
  './warm.http',
];
const WORDS =
  "--ready-url http://localhost:8080/health --warm '/items?q=lamp&limit=2' --warm-file warm.http --cpu baseline -- --import ./hooks.mjs dist/server.js --verbose";
const PROGRAM = ['--', '--import', './hooks.mjs', 'dist/server.js', '--verbose'];

/** The node that runs the tests. */
const anyNode = (text: string): string => text.replaceAll(/FROM node:\d+-/g, 'FROM node:N-');

describe('crac build --dockerfile --for lambda', () => {
  test('writes a Dockerfile for SnapStart, with the handler and its sample events', async () => {
    const words = ['--dockerfile', '--for', 'lambda', '--warm-events', 'events.json', 'dist/server.js'];
    const { code, stdout, stderr } = await build(...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(anyNode(stdout)).toMatchFileSnapshot('../fixtures/build/lambda.Dockerfile');
  });

  test('another platform is refused', async () => {
    expect(await build('--dockerfile', '--for', 'azure', 'dist/server.js')).toMatchObject({
      code: 2,
      stderr: 'crac: --for azure: there is lambda\n',
    });
  });
});

describe('crac build --dockerfile', () => {
  test('writes a Dockerfile to standard output, and builds nothing', async () => {
    const { code, stdout, stderr } = await build('--dockerfile', ...OPTIONS, ...PROGRAM);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(anyNode(stdout)).toMatchFileSnapshot('../fixtures/build/Dockerfile');
  });

  test('the words in it are those that this command was given, for a shell', async () => {
    const { stdout } = await build('--dockerfile', ...OPTIONS, ...PROGRAM);
    expect(stdout).toContain(`acme-shop:cold crac build --image /srv/crac/image ${WORDS} &&\n`);
    expect(stdout).toContain(`RUN --security=insecure crac build --image /srv/crac/image ${WORDS}\n`);
  });

  test('=FILE is never overwritten without --force', async () => {
    const path = place.path('shop/Dockerfile');
    expect(await build(`--dockerfile=${path}`, 'dist/server.js')).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: `crac: ${path} written; its head says how it is used\n`,
    });
    writeFileSync(path, 'mine\n');
    expect(await build(`--dockerfile=${path}`, 'dist/server.js')).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `crac: --dockerfile=${path}: there is such a file; look at it, and overwrite it with --force\n`,
    });
    expect(readFileSync(path, 'utf8')).toBe('mine\n');
    expect(await build(`--dockerfile=${path}`, '--force', 'dist/server.js')).toMatchObject({ code: 0 });
    expect(readFileSync(path, 'utf8')).toMatch(/^# syntax=docker\/dockerfile:1\n/);
  });

  test('a program or a file outside of the directory is refused: the container would not have it', async () => {
    writeFileSync(place.path('other.js'), '');
    const { code, stderr } = await build('--dockerfile', '../other.js');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `crac: the program ../other.js lies outside of ${place.path('shop')}, which is what the container gets; call this command in the application's directory\n`,
    });
  });
});

describe('crac build --kubernetes', () => {
  test('writes objects that Kubernetes can read', async () => {
    const { code, stdout } = await build('--kubernetes', ...OPTIONS, ...PROGRAM);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../fixtures/build/kubernetes.yaml');
    const [claim, deployment] = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(claim).toMatchObject({ kind: 'PersistentVolumeClaim', metadata: { name: 'acme-shop-crac' } });
    const { spec } = deployment.spec.template;
    const smallest = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'Unconfined' },
      procMount: 'Unmasked',
    };
    expect(spec).toMatchObject({
      hostUsers: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      initContainers: [
        {
          command: [
            'sh',
            '-c',
            `test -e /srv/crac/v1/manifest.json || exec crac build --image /srv/crac/v1 ${WORDS}`,
          ],
          securityContext: smallest,
        },
      ],
      containers: [
        {
          command: ['/srv/crac/v1/restore', '--or-run', 'dist/server.js', '--', '--verbose'],
          ports: [{ containerPort: 8080 }],
          securityContext: {
            ...smallest,
            seccompProfile: { type: 'Localhost', localhostProfile: 'crac-seccomp.json' },
          },
          volumeMounts: [{ mountPath: '/srv/crac', readOnly: true }],
        },
      ],
    });
  });

  test('both at once go to files, or one of them', async () => {
    const { code, stderr } = await build('--kubernetes', '--dockerfile', 'dist/server.js');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'crac: --dockerfile and --kubernetes: only one of them can go to standard output; name a file, as --dockerfile=FILE\n',
    });
    const path = place.path('app.yaml');
    const both = await build(`--kubernetes=${path}`, '--dockerfile', 'dist/server.js');
    expect(both).toMatchObject({ code: 0, stdout: expect.stringContaining('FROM node:') });
    expect(parseAllDocuments(readFileSync(path, 'utf8'))).toHaveLength(2);
  });
});
