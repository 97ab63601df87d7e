import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { ENGINE } from '../support/which-engine.ts';

const PORT = await freePorts(5);
const LIBRARY = join(ROOT, 'test/fixtures/library');
async function start(program: string): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', image, program], { env: { PORT: String(PORT) } });
  await running.line(/listening on/);
  return running;
}

const server = () => start(join(PROGRAMS, 'http-server.js'));
const count = async (): Promise<number> => (await getJson<{ count: number }>(PORT)).count;
const post = (path: string) => fetch(`http://127.0.0.1:${PORT}${path}`, { method: 'POST' });

/** A program that has the package as a dependency of its own. */
function withLibrary(name: string, text: string): string {
  mkdirSync(place.path('app/node_modules'), { recursive: true });
  symlinkSync(ROOT, place.path('app/node_modules/node-crac'));
  const program = place.path('app', name);
  writeFileSync(program, text);
  return program;
}

/** Where it was chosen, it is told by whom. */
const chosen = ENGINE === 'auto' ? 'direct' : undefined;
const checkpointed = new RegExp(
  `^checkpoint of \\d+ written to \\S+/image${chosen ? ` by ${chosen}` : ''}: [\\d.]+ MiB, stood still for [\\d.]+ m?s\\n$`,
);

describe('crac checkpoint', () => {
  const targets: [string, (running: Running) => string][] = [
    ['the PID of crac run', ({ pid }) => String(pid)],
    ['the PID of the program as seen from outside', ({ pid }) => String(programOf(pid))],
    ['the image directory', () => image],
    ['the image directory, relative', () => 'image'],
  ];

  test.each(targets)('takes %s', async (_name, targetOf) => {
    const running = await server();
    expect(await count()).toBe(1);
    const { code, stdout, stderr } = await place.crac('checkpoint', targetOf(running));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(checkpointed);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const again = place.start(CRAC, ['restore', image]);
    expect(await count()).toBe(2);
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  test('--json', async () => {
    await server();
    const { stdout } = await place.crac('checkpoint', image, '--json');
    expect(JSON.parse(stdout)).toEqual({
      kind: 'checkpointed',
      image,
      size: expect.any(Number),
      frozen: expect.any(Number),
      ...(chosen && { engine: chosen }),
    });
  });

  test('--leave-running: the program goes on, and the image is of that moment', async () => {
    const running = await server();
    expect(await count()).toBe(1);
    expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
    expect(await count()).toBe(2);
    expect(await count()).toBe(3);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({
      code: 0,
      signal: null,
      stdout: `listening on ${PORT}\n`,
      stderr: '',
    });
    const again = place.start(CRAC, ['restore', image]);
    expect(await count()).toBe(2);
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: 0 });
  });
});

/** parent → outer → init → program, but for the engine whose parent becomes the program. */
function programOf(parent: number): number {
  if (ENGINE === 'direct') return parent;
  let pid = parent;
  for (let step = 0; step < 3; step++)
    pid = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  return pid;
}

describe('checkpointRestore()', () => {
  test.each([
    ['library.mjs', 'with 1 entries'],
    ['library.cjs', 'after 1 requests'],
  ])('hooks run in order: %s', async (name, state) => {
    const running = await start(withLibrary(name, readFileSync(join(LIBRARY, name), 'utf8')));
    await post('/checkpoint');
    expect(await running.ended).toEqual({
      code: 0,
      signal: null,
      stdout: `listening on ${PORT}\ncache: beforeCheckpoint ${state}\ndatabase: beforeCheckpoint\n`,
      stderr: '',
    });
    const again = place.start(CRAC, ['restore', image]);
    expect(JSON.parse(await get(PORT))).toMatchObject({ connected: true });
    await again.line(/checkpoint: restored\n/);
    again.child.kill('SIGTERM');
    expect(await again.ended).toEqual({
      code: null,
      signal: 'SIGTERM',
      stdout: `database: afterRestore\ncache: afterRestore ${state}\ncheckpoint: restored\n`,
      stderr: '',
    });
  });

  const asking = (options: string, hooks = '') => `
    import { createServer } from 'node:http';
    import { checkpointRestore, CheckpointError, getGlobalContext, RestoreError } from 'node-crac';
    let count = 0;
    globalThis.hooks = { ${hooks} };
    if (Object.keys(hooks).length > 0) getGlobalContext().register(hooks, { name: 'hooks' });
    const kind = (error) => error instanceof CheckpointError ? 'CheckpointError' : error instanceof RestoreError ? 'RestoreError' : error.name;
    createServer((request, response) => {
      response.setHeader('connection', 'close');
      response.end(JSON.stringify({ count: ++count }));
      if (request.method === 'POST') response.once('close', () => checkpointRestore(${options}).then(
        () => console.log('resolved'),
        (error) => console.log(kind(error) + ' ' + error.code + ': ' + error.message),
      ));
    }).listen(${PORT}, '127.0.0.1', () => console.log('listening on it'));`;

  test('leaveRunning', async () => {
    const running = await start(withLibrary('app.mjs', asking('{ leaveRunning: true }')));
    await post('/');
    await running.line(/resolved\n/);
    expect(await count()).toBe(2);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ stdout: 'listening on it\nresolved\n', stderr: '' });
    const again = place.start(CRAC, ['restore', image]);
    await again.line(/resolved\n/);
    expect(await count()).toBe(2);
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ stdout: 'resolved\n', stderr: '' });
  });

  test('what the engine or crac refuses arrives as a CheckpointError, and the program goes on', async () => {
    const running = await start(withLibrary('app.mjs', asking('{ image: "none/such" }')));
    await post('/');
    await running.line(/Error/);
    expect(await count()).toBe(2);
    expect(running.stdout().replaceAll(place.directory, 'HERE')).toMatchInlineSnapshot(`
      "listening on it
      CheckpointError ERR_CRAC_CHECKPOINT_FAILED: The checkpoint failed with 1 error; no image was made, the program goes on:
        EngineError: cannot write an image to HERE/none/such: HERE/none does not exist. Make it with mkdir -p HERE/none (ERR_CRAC_ENGINE_FAILED)
      "
    `);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('an afterRestore that fails: RestoreError', async () => {
    const hooks = 'afterRestore() { throw new Error("no database"); }';
    const running = await start(withLibrary('app.mjs', asking('{}', hooks)));
    await post('/');
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'listening on it\n', stderr: '' });
    const again = place.start(CRAC, ['restore', image]);
    await again.line(/Error/);
    expect(await count()).toBe(2);
    again.child.kill('SIGTERM');
    expect((await again.ended).stdout).toMatchInlineSnapshot(`
      "RestoreError ERR_CRAC_RESTORE_FAILED: The program goes on after the checkpoint, but afterRestore failed with 1 error:
        hooks.afterRestore: Error: no database
      "
    `);
  });
});

describe('hooks that fail', () => {
  const program = (hooks: string) => `
    const { createServer } = require('node:http');
    const { getGlobalContext } = require('node-crac');
    let count = 0;
    globalThis.hooks = { ${hooks} };
    globalThis.other = {
      beforeCheckpoint() { if (process.env.FAIL) throw new TypeError('the second problem', { cause: new Error('its cause') }); },
      afterRestore: () => console.log('other: afterRestore'),
    };
    getGlobalContext().register(hooks, { name: 'hooks' });
    getGlobalContext().register(other, { name: 'other' });
    createServer((request, response) => {
      response.setHeader('connection', 'close');
      response.end(JSON.stringify({ count: ++count }));
    }).listen(${PORT}, '127.0.0.1', () => console.log('listening on it'));`;

  test('beforeCheckpoint: every problem is printed, the program goes on', async () => {
    const app = withLibrary(
      'app.cjs',
      program(`
        async beforeCheckpoint() { throw new Error('the first problem'); },
        afterRestore: () => console.log('hooks: afterRestore'),`),
    );
    const running = place.start(CRAC, ['run', '--image', image, app], { env: { FAIL: '1' } });
    await running.line(/listening on/);
    expect(await count()).toBe(1);
    const { code, stdout, stderr } = await place.crac('checkpoint', image);
    expect({ code, stdout, stderr: stderr.replaceAll(place.directory, 'HERE') }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "crac: the checkpoint failed; the program goes on
      The checkpoint failed with 2 errors; no image was made, the program goes on:

      1. other.beforeCheckpoint: TypeError: the second problem
           at Object.beforeCheckpoint (HERE/app/app.cjs:9:56)
           cause: Error: its cause
             at Object.beforeCheckpoint (HERE/app/app.cjs:9:101)

      2. hooks.beforeCheckpoint: Error: the first problem
           at Object.beforeCheckpoint (HERE/app/app.cjs:6:42)
      ",
        "stdout": "",
      }
    `);
    expect(await count()).toBe(2);
    expect(running.stdout()).toBe('listening on it\nhooks: afterRestore\nother: afterRestore\n');
    expect(running.stderr()).toBe('');
    expect(readdirSync(place.directory).sort()).toEqual(['app', 'run']);
  });

  test('afterRestore: printed by the restored program, which goes on', async () => {
    const app = withLibrary('app.cjs', program(`afterRestore() { throw new Error('no database'); }`));
    const running = await start(app);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    await running.ended;
    const again = place.start(CRAC, ['restore', image]);
    expect(await count()).toBe(1);
    await again.line(/no database/);
    again.child.kill('SIGTERM');
    const { stdout, stderr } = await again.ended;
    expect({ stdout, stderr }).toMatchInlineSnapshot(`
      {
        "stderr": "The program goes on after the checkpoint, but afterRestore failed with 1 error:
        hooks.afterRestore: Error: no database
      ",
        "stdout": "other: afterRestore
      ",
      }
    `);
  });
});

test('when crac checkpoint has ended the program is gone, and its port is free', async () => {
  const script = place.path('large.js');
  writeFileSync(
    script,
    `// A large process takes a while to end.
     const held = Array.from({ length: 40 }, () => Buffer.alloc(8 << 20, 1));
     require('node:http').createServer((_, response) => response.end(String(held.length))).listen(${PORT}, () => console.log('listening'));`,
  );
  const run = place.start(CRAC, ['run', '--image', image, script]);
  await run.line(/listening/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  const server = createServer();
  await once(server.listen(PORT), 'listening');
  server.close();
  await run.ended;
});
