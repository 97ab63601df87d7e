import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { CRAC } from '../support/crac.ts';
import { restrictedProblems, schemaProblems } from '../support/kubernetes-schema.ts';
import { place } from '../support/own-place.ts';

/** What `crac build` writes for an engine that a plain `docker build` can have, and what Kubernetes says of it. */

const why = process.arch === 'x64' ? '' : ' (skipped: the engine direct is for x64)';

async function build(...words: string[]) {
  const directory = place.path('shop');
  mkdirSync(`${directory}/dist`, { recursive: true });
  writeFileSync(
    `${directory}/package.json`,
    JSON.stringify({ name: '@acme/shop', scripts: { build: 'tsc' } }),
  );
  writeFileSync(`${directory}/package-lock.json`, '{}');
  writeFileSync(`${directory}/dist/server.js`, '');
  return place.start(CRAC, ['build', ...words], { cwd: directory, env: { CRAC_ENGINE: '' } }).ended;
}

const WORDS = [
  '--warm',
  '/items?q=lamp',
  '--ready-url',
  'http://localhost:8080/health',
  'dist/server.js',
  '-v',
];

describe.skipIf(why)(`without settings${why}`, () => {
  test('a Dockerfile of ten lines, with the words of this command', async () => {
    const { code, stdout, stderr } = await build('--dockerfile', ...WORDS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/^FROM node:\d+-/, 'FROM node:N-')).toBe(`FROM node:N-bookworm-slim
RUN npm install --global node-crac && install --directory --owner=node /app /srv/crac
WORKDIR /app
COPY --chown=node . .
USER node
RUN npm ci && npm run build && npm prune --omit=dev
ENV NODE_ENV=production PORT=8080
RUN crac build --image /srv/crac/image --warm '/items?q=lamp' --ready-url http://localhost:8080/health --engine direct --cpu baseline dist/server.js -v
ENTRYPOINT []
CMD ["/srv/crac/image/restore", "--or-run", "dist/server.js", "--", "-v"]
`);
  });

  test('the image is one for any CPU, unless it is said for which', async () => {
    for (const level of ['native', 'x86-64-v3']) {
      const { stdout } = await build('--dockerfile', '--cpu', level, ...WORDS);
      expect(stdout.match(/--cpu \S+/g)).toEqual([`--cpu ${level}`]);
    }
  });

  test('a file: how it is used is said', async () => {
    const path = place.path('Dockerfile');
    expect(await build(`--dockerfile=${path}`, ...WORDS)).toMatchObject({
      code: 0,
      stderr: `crac: ${path} written; docker build --tag acme-shop . && docker run --publish 8080:8080 acme-shop\n`,
    });
  });

  test('objects for Kubernetes that its own schema takes, under the profile `restricted`', async () => {
    const { stdout } = await build('--kubernetes', ...WORDS);
    const deployment = parse(stdout);
    expect(schemaProblems(deployment)).toEqual([]);
    expect(restrictedProblems(deployment.spec.template.spec)).toEqual([]);
    const [container] = deployment.spec.template.spec.containers;
    expect(container.readinessProbe).toEqual({ httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 });
    // The schema is one that says no.
    container.securityContext.procMuont = 'Default';
    expect(schemaProblems(deployment)).toEqual([
      '/spec/template/spec/containers/0/securityContext/procMuont: the API has no such field',
    ]);
    container.readinessProbe.periodSeconds = 'often';
    expect(schemaProblems(deployment).join()).toContain('readinessProbe/periodSeconds must be integer');
  });

  test('an OCI image as a volume: mounted where the layer would be, and restored by the pod’s own crac', async () => {
    const name = 'registry.example/shop-checkpoint:1';
    const { stdout } = await build('--kubernetes', '--image-volume', name, ...WORDS);
    const deployment = parse(stdout);
    expect(schemaProblems(deployment)).toEqual([]);
    const { spec } = deployment.spec.template;
    expect(restrictedProblems(spec)).toEqual([]);
    expect(spec.volumes).toEqual([{ name: 'checkpoint', image: { reference: name } }]);
    expect(spec.containers[0]).toMatchObject({
      command: ['crac', 'restore', '/srv/crac/image', '--or-run', 'dist/server.js', '--', '-v'],
      volumeMounts: [{ name: 'checkpoint', mountPath: '/srv/crac/image', readOnly: true }],
    });
    expect(stdout).toContain(
      `#   printf 'FROM scratch\\nCOPY --from=acme-shop --chown=1000 /srv/crac/image /\\n' | docker build --tag ${name} -\n`,
    );
    spec.volumes[0].image.referense = name;
    expect(schemaProblems(deployment)).toEqual([
      '/spec/template/spec/volumes/0/image/referense: the API has no such field',
    ]);
  });

  test('a volume that goes nowhere, or has no name', async () => {
    const refusal =
      'crac: --image-volume goes with --kubernetes and an engine that a plain `docker build` can have, as --engine direct\n';
    expect(await build('--image-volume', 'shop:1', ...WORDS)).toMatchObject({ code: 2, stderr: refusal });
    expect(
      await build('--kubernetes', '--engine', 'criu', '--image-volume', 'shop:1', ...WORDS),
    ).toMatchObject({
      code: 2,
      stderr: refusal,
    });
    expect(await build('--kubernetes', '--image-volume', "a' b", ...WORDS)).toMatchObject({
      code: 2,
      stderr:
        "crac: --image-volume a' b: expected the name of an image, as registry.example/shop-checkpoint:1\n",
    });
  });
});

test('the objects of CRIU: its own schema takes them; `restricted` does not, and their head says so', async () => {
  const { stdout } = await build('--kubernetes', '--engine', 'criu', ...WORDS);
  const [claim, deployment] = parseAllDocuments(stdout).map((document) => document.toJS());
  expect(schemaProblems(claim)).toEqual([]);
  expect(schemaProblems(deployment)).toEqual([]);
  expect([...new Set(restrictedProblems(deployment.spec.template.spec))]).toEqual([
    'procMount',
    'seccompProfile',
  ]);
  expect(stdout).toContain('a namespace whose pod security allows it');
});
