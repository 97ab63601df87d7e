import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const conf = () => readFileSync(join(image, 'restore.conf'), 'utf8');
const stubLibraries = () => [...conf().matchAll(/^stand-in (.+)$/gm)].map(([, path]) => path);

async function checkpointed(): Promise<void> {
  const program = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await program.line(/listening/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
}

/** The libraries that the engine has loaded, of those that are stood in for and those that only these need. */
async function restored(...options: string[]): Promise<{ libraries: string[]; stderr: string }> {
  const log = { LD_DEBUG: 'files', LD_DEBUG_OUTPUT: place.path('loaded') };
  const copy = place.start(CRAC, ['restore', image, ...options], { env: log });
  expect(await getJson(PORT)).toMatchObject({ count: 1 });
  copy.child.kill('SIGTERM');
  expect(await copy.ended).toMatchObject({ code: 0 });
  const loaded = readdirSync(place.directory).filter((name) => name.startsWith('loaded.'));
  const text = loaded.map((name) => readFileSync(place.path(name), 'utf8')).join('');
  const paths = [...text.matchAll(/calling init: (\S+\/lib(?:gnutls|nftables|nettle|jansson)\.so\S*)/g)];
  return { libraries: [...new Set(paths.map(([, path]) => path as string))].sort(), stderr: copy.stderr() };
}

test('the engine starts without the libraries that a restore does not use', async () => {
  await checkpointed();
  expect(stubLibraries()).toEqual(
    ['libgnutls.so.30', 'libnftables.so.1'].map((name) => join(ROOT, 'native/build', name)),
  );
  expect(await restored()).toEqual({ libraries: stubLibraries(), stderr: '' });
});

test('with them where the caller gives it options of its own', async () => {
  await checkpointed();
  const { libraries } = await restored('--engine-option=-v4');
  expect(libraries.filter((path) => path.startsWith(ROOT))).toEqual([]);
  expect(libraries.length).toBeGreaterThan(2);
});

test('an engine that has become another since the checkpoint, and does not start so, is started as it is', async () => {
  await checkpointed();
  const other = place.path('libgnutls.so.30');
  writeFileSync(place.path('other.map'), 'GNUTLS_99 { global: *; };\n');
  writeFileSync(place.path('other.c'), 'int gnutls_init(void) { return 0; }\n');
  const flags = ['-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libgnutls.so.30'];
  execFileSync('cc', [
    ...flags,
    `-Wl,--version-script=${place.path('other.map')}`,
    '-o',
    other,
    place.path('other.c'),
  ]);
  writeFileSync(join(image, 'restore.conf'), conf().replace(/^stand-in .*gnutls.*$/m, `stand-in ${other}`));
  const { libraries, stderr } = await restored();
  expect(stderr).toMatch(/version `GNUTLS_3_4' not found/); // the dynamic linker's
  expect(libraries.filter((path) => path.includes('nettle'))).toHaveLength(1);
});
