import { existsSync } from 'node:fs';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { installedIn } from '../../../src/command/engines/criu/install/candidates.ts';
import { describeEngine, formatEngine } from '../../../src/command/engines/criu/install/describe.ts';
import { engineDirectories } from '../../../src/command/engines/criu/install/directories.ts';
import { EngineNotFoundError } from '../../../src/command/engines/criu/install/errors.ts';
import { findCriu } from '../../../src/command/engines/criu/install/find.ts';
import { fakeCriu, temporaryDirectory } from './support.ts';

const KERNEL = '6.18.0';

let base: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  base = await temporaryDirectory();
  env = { HOME: base, CRAC_HOME: join(base, 'home'), PATH: join(base, 'bin') };
});

const privateCriu = (version: string) =>
  fakeCriu(join(base, `home/engine/criu-${version}/bin/criu`), version);
const systemCriu = (version: string) => fakeCriu(join(base, 'bin/criu'), version);
const find = (path?: string) => findCriu({ env, kernel: KERNEL, ...(path === undefined ? {} : { path }) });

async function record(path: string, version: string): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  const entry = { version, path, size, mtimeMs, suite: 'test', packages: [] };
  await writeFile(join(dirname(dirname(path)), 'engine.json'), JSON.stringify(entry));
}

test('the private prefixes come in a fixed order', () => {
  expect(engineDirectories({ HOME: '/home/u', CRAC_HOME: '/opt/crac' })).toEqual([
    '/opt/crac/engine',
    '/usr/local/lib/node-crac/engine',
    '/home/u/.local/share/node-crac/engine',
  ]);
  expect(engineDirectories({ HOME: '/home/u', XDG_DATA_HOME: '/data' }).at(-1)).toBe(
    '/data/node-crac/engine',
  );
});

describe('order', () => {
  test('the option before the environment before what is installed', async () => {
    const installed = await privateCriu('4.2.1');
    await systemCriu('4.3');
    expect(await find()).toMatchObject({
      path: installed,
      origin: 'installed',
      version: '4.2.1',
      suitable: true,
    });
    env.CRAC_CRIU_PATH = await fakeCriu(join(base, 'a/criu'), '4.2');
    expect(await find()).toMatchObject({ path: env.CRAC_CRIU_PATH, origin: 'environment' });
    const option = await fakeCriu(join(base, 'b/criu'), '4.2');
    expect(await find(option)).toMatchObject({ path: option, origin: 'option' });
  });

  test('the newest of several installed', async () => {
    await privateCriu('4.9');
    const newest = await privateCriu('4.10');
    expect((await find()).path).toBe(newest);
  });

  test('one that is too old is passed over, for the next place', async () => {
    await privateCriu('4.1');
    const [installed] = await installedIn(join(base, 'home/engine'), KERNEL);
    expect(installed).toMatchObject({ suitable: false, reason: expect.stringContaining('4.2 is needed') });
    const description = await describeEngine({ env, kernel: KERNEL });
    expect(description.used?.path).not.toBe(installed?.path);
    expect(description.others).toContainEqual(installed);
  });

  test("the system's own is a candidate, and is used where none is installed", async () => {
    const path = await systemCriu('4.2');
    const { used, others } = await describeEngine({ env, kernel: KERNEL });
    expect([used, ...others]).toContainEqual({ path, origin: 'system', version: '4.2', suitable: true });
    // An engine that is installed for everybody on this machine comes first.
    if (used?.origin !== 'installed') expect((await find()).path).toBe(path);
  });
});

describe('an engine that was named', () => {
  test('is used even if it is too old, with the warning', async () => {
    await privateCriu('4.2.1');
    const old = await fakeCriu(join(base, 'old/criu'), '3.17.1');
    expect(await find(old)).toMatchObject({
      path: old,
      suitable: false,
      reason: expect.stringContaining('3.17.1 is too old'),
    });
  });

  test.each([
    ['is not there', async (path: string) => path, 'there is no such file'],
    [
      'is no CRIU',
      async (path: string) => writeFile(path, '#!/bin/sh\necho hello\n', { mode: 0o755 }),
      'does not answer',
    ],
    [
      'fails',
      async (path: string) => writeFile(path, '#!/bin/sh\necho no libnet >&2; exit 127\n', { mode: 0o755 }),
      'no libnet',
    ],
  ])('and that %s is an error, though others are there', async (_, make, problem) => {
    await privateCriu('4.2.1');
    const path = join(base, 'named');
    await make(path);
    const error = await find(path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(EngineNotFoundError);
    expect(error.code).toBe('ERR_CRAC_ENGINE_NOT_FOUND');
    expect(error.message).toContain(problem);
    expect(error.message).toMatch(/crac engine install$/);
  });
});

describe('what engine.json is good for', () => {
  test('no process is started', async () => {
    const path = await privateCriu('4.2.1');
    await record(path, '4.2.1');
    expect((await find()).path).toBe(path);
    expect(existsSync(`${path}.log`)).toBe(false);
  });

  test('it is not believed once the binary was changed or is of another place', async () => {
    const path = await privateCriu('4.2.1');
    await record(path, '4.2.1');
    await fakeCriu(path, '4.3.10');
    expect((await find()).version).toBe('4.3.10');
    await record(path, '99');
    const elsewhere = await privateCriu('4.4');
    await writeFile(join(base, 'home/engine/criu-4.4/engine.json'), JSON.stringify({ version: '99', path }));
    expect(await find()).toMatchObject({ path: elsewhere, version: '4.4' });
    expect(existsSync(`${elsewhere}.log`)).toBe(true);
  });

  test('a directory that is being installed is not an engine', async () => {
    await fakeCriu(join(base, 'home/engine/criu.partial-1-2/bin/criu'), '99');
    expect(await installedIn(join(base, 'home/engine'))).toEqual([]);
  });
});

test('the error lists every place and every candidate', () => {
  const candidate = {
    path: '/x/criu',
    origin: 'system',
    version: '3.17.1',
    suitable: false,
    reason: 'is too old',
  } as const;
  expect(new EngineNotFoundError([candidate], ['/x']).message).toMatchInlineSnapshot(`
    "no engine that can work on this machine was found.
    These were found:
      /x/criu: is too old
    Looked in:
      /x
    To install one: crac engine install"
  `);
});

test('the description is readable', async () => {
  const used = { path: '/p/criu', origin: 'installed', version: '4.2.1', suitable: true } as const;
  const other = {
    path: '/q/criu',
    origin: 'system',
    version: '',
    suitable: false,
    reason: 'is not executable for this user',
  } as const;
  const kernel = { release: KERNEL, minimum: '4.2', reason: 'so it is' };
  expect(formatEngine({ kernel, used, others: [other], looked: [] })).toMatchInlineSnapshot(`
    "kernel 6.18.0 needs CRIU 4.2 or later: so it is

    used:   CRIU 4.2.1  /p/criu  (installed by \`crac engine install\`)
            can work on this kernel
    other:  CRIU (unknown version)  /q/criu  (the system's own)
            is not executable for this user
    "
  `);
  await chmod(await privateCriu('4.2.1'), 0o644);
  const { others } = await describeEngine({ env, kernel: KERNEL });
  expect(others.find(({ path }) => path.startsWith(base))?.reason).toMatch(/not executable|EACCES/);
});
