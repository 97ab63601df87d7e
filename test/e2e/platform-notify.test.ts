import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, pause, ROOT, type Running } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts();
const PRELOAD = join(ROOT, 'dist/platform.cjs');
const PROGRAM = join(ROOT, 'test/fixtures/library/platform-server.cjs');

const start = (environment: NodeJS.ProcessEnv = {}, ...args: string[]): Running =>
  place.start(process.execPath, ['--require', PRELOAD, PROGRAM, ...args], {
    env: { PORT: String(PORT), GREETING: 'hello', ...environment },
  });

async function listening(running: Running): Promise<string> {
  await running.line(/listening/);
  return String(running.pid);
}

const notify = (...words: string[]) => place.crac('notify', ...words);

/** The program's own lines, without the one that says that it listens. */
const said = (running: Running): string[] =>
  running
    .stdout()
    .split('\n')
    .filter((line) => line !== '' && line !== 'listening');

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await pause(10))
    if (Date.now() > end) throw new Error('the condition does not come true');
}

/** As curl does it, for what fetch cannot send. */
function ask(path: string, headers: Record<string, string> = {}, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(PORT, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.on('close', () =>
      resolve(
        `${/ (\d+) /.exec(text)?.[1]} ${text.slice(text.indexOf('\r\n\r\n') + 4)}`.replace(/\r\n|^0$/g, ''),
      ),
    );
    socket.on('error', reject);
    const all = { host: 'localhost', connection: 'close', 'content-length': String(body.length), ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

describe('crac notify', () => {
  test.each([
    ['with the preload alone', false],
    ['under crac run --engine platform', true],
  ])('%s: hooks, a standstill, and a new environment afterwards', async (_, isRun) => {
    const running = isRun
      ? place.start(CRAC, ['run', '--engine', 'platform', PROGRAM], {
          env: { PORT: String(PORT), GREETING: 'hello' },
        })
      : start();
    const pid = await listening(running);
    expect(await get(PORT)).toBe('hello false');
    const before = await notify('before-checkpoint', pid);
    expect(before).toMatchObject({ code: 0, stderr: '' });
    expect(before.stdout).toBe(
      `program ${/\d+/.exec(before.stdout)} has let go and stands still: freeze it now. Afterwards, in each copy:\n  crac notify after-restore ${pid}\n`,
    );
    expect(said(running)).toEqual(['beforeCheckpoint']);
    // Whoever asks meanwhile waits in the kernel's queue, and is answered by the program that goes on.
    const waiting = get(PORT);
    const after = await notify('after-restore', pid, '--env', 'GREETING=bonjour');
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(await waiting).toBe('bonjour true');
    expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore bonjour']);
  });

  test('by the socket, with a file of variables, as JSON, and a second time', async () => {
    const running = start();
    const pid = await listening(running);
    const socket = place.path('run', pid, 'app.sock');
    await until(() => existsSync(socket));
    writeFileSync(place.path('instance.env'), '# of this copy\nGREETING=salut\n\nOTHER=a=b\n');
    const outcome = { pid: running.pid, program: running.pid };
    const first = await notify('before-checkpoint', socket, '--json');
    expect(JSON.parse(first.stdout)).toEqual({ event: 'before-checkpoint', ...outcome });
    const second = await notify('after-restore', pid, '--env-file', place.path('instance.env'), '--json');
    expect(JSON.parse(second.stdout)).toEqual({ event: 'after-restore', ...outcome });
    expect(await get(PORT)).toBe('salut true');
    for (const event of ['before-checkpoint', 'after-restore'])
      expect(await notify(event, pid)).toMatchObject({ code: 0, stderr: '' });
    expect(said(running).filter((line) => line === 'beforeCheckpoint')).toHaveLength(2);
  });

  test('what hooks throw is the end of the command, and the program goes on', async () => {
    const running = start({}, 'fail-before');
    const pid = await listening(running);
    const failed = await notify('before-checkpoint', pid);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('1. pool.beforeCheckpoint: TypeError: the pool cannot be closed');
    expect(await get(PORT)).toBe('hello false');
  });

  test('what afterRestore throws is the end of the other one', async () => {
    const running = start({}, 'fail-after');
    const pid = await listening(running);
    expect(await notify('before-checkpoint', pid)).toMatchObject({ code: 0 });
    const failed = await notify('after-restore', pid);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('1. pool.afterRestore: RangeError: the database is away');
    expect(await get(PORT)).toBe('hello true');
  });

  test('mistakes are said with the way out', async () => {
    const running = start();
    const pid = await listening(running);
    await until(() => existsSync(place.path('run', pid, 'app.sock')));
    expect(await notify('after-restore', pid)).toMatchObject({
      code: 3,
      stderr: `crac: program ${pid} does not stand still, so it cannot be told that it goes on. First\n  crac notify before-checkpoint ${pid}\n`,
    });
    expect(await notify('before', pid)).toMatchObject({
      code: 2,
      stderr:
        'crac: say what happens and to whom: crac notify before-checkpoint|after-restore PID; `crac ps` lists programs\n',
    });
    expect(await notify('after-restore', pid, '--env', 'NOVALUE')).toMatchObject({
      code: 2,
      stderr: 'crac: --env "NOVALUE": expected NAME=VALUE\n',
    });
  });
});

describe('two POST requests to the program', () => {
  const TOKEN = { authorization: 'Bearer secret' };
  const PAIR = {
    CRAC_BEFORE_CHECKPOINT_PATH: '/before',
    CRAC_AFTER_RESTORE_PATH: '/after',
    CRAC_NOTIFY_TOKEN: 'secret',
  };

  test("with the token they call the hooks; without it they are the program's own", async () => {
    const running = start(PAIR);
    await listening(running);
    expect(await ask('/after', TOKEN)).toMatch(/^409 .*before-checkpoint comes first/);
    for (const headers of [{}, { authorization: 'Bearer wrong!' }])
      expect(await ask('/before', headers)).toMatch(/^200 .*hello false/);
    expect(said(running)).toEqual([]);
    expect(await ask('/before', TOKEN)).toMatch(/^200/);
    expect(said(running)).toEqual(['beforeCheckpoint']);
    expect(await ask('/before', TOKEN)).toMatch(/^409/);
    expect(await ask('/after', TOKEN)).toMatch(/^200/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore hello']);
    expect(await get(PORT)).toBe('hello true');
  });

  test('what hooks throw is the answer', async () => {
    await listening(start(PAIR, 'fail-before'));
    expect(await ask('/before', TOKEN)).toMatch(/^500 .*the pool cannot be closed/s);
  });

  test('paths without a token are refused at the start', async () => {
    const { code, stderr } = await start({ CRAC_BEFORE_CHECKPOINT_PATH: '/before' }).ended;
    expect(code).not.toBe(0);
    expect(stderr).toContain('need CRAC_NOTIFY_TOKEN, or any visitor could call the hooks');
  });
});

describe("Lambda Web Adapter's two requests", () => {
  const LWA = {
    AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH: '/crac/before',
    AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH: '/crac/after',
  };

  test("are the adapter's only: whatever a visitor sends comes to the program", async () => {
    const running = start(LWA);
    await listening(running);
    for (const headers of [
      { 'x-amzn-request-context': '{}' },
      { 'x-amzn-lambda-context': '{}' },
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { origin: 'https://elsewhere.example' },
    ])
      expect(await ask('/crac/before', headers)).toMatch(/^200 .*hello false/);
    expect(await ask('/crac/before', {}, 'body')).toMatch(/^200 .*hello false/);
    expect(await ask('/crac/before?x')).toMatch(/^200 .*hello false/);
    expect(said(running)).toEqual([]);
    expect(await ask('/crac/before')).toMatch(/^200/);
    expect(await ask('/crac/after', { 'x-amzn-request-context': '{}' })).toMatch(/^200 .*hello false/);
    expect(await ask('/crac/after')).toMatch(/^200/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore hello']);
  });
});

test('sentinel files: ready-for-snapshot, restore-complete, and readiness when the hooks have run', async () => {
  const control = place.path('control');
  mkdirSync(control);
  const file = (name: string) => join(control, name);
  writeFileSync(file('ready-for-snapshot'), 'of an earlier run');
  const running = start({ SNAPSHOT_CONTROL_DIR: control }, 'asks');
  await running.line(/beforeCheckpoint/);
  await until(() => existsSync(file('ready-for-snapshot')));
  expect(readFileSync(file('ready-for-snapshot'), 'utf8')).toBe('');
  expect(said(running)).toEqual(['beforeCheckpoint']);
  expect(existsSync(file('node-crac-restore-ready'))).toBe(false);
  writeFileSync(file('restore-complete'), '');
  await running.line(/asked/);
  expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore hello', 'asked true']);
  await until(() => existsSync(file('node-crac-restore-ready')));
});

const NO_SOCAT = missing('socat');

describe.skipIf(NO_SOCAT)(`gVisor's files${NO_SOCAT && `: ${NO_SOCAT}`}`, () => {
  /** As gVisor's own: what is written asks, a read blocks until somebody answers. A terminal in raw mode is both. */
  async function gvisor(word: string): Promise<NodeJS.ProcessEnv> {
    const directory = place.path('gvisor');
    mkdirSync(directory);
    const environment = join(directory, 'spec_environ');
    writeFileSync(environment, 'GREETING=hello\0OLD=1\0');
    const file = join(directory, 'checkpoint');
    const kernel = place.start('socat', ['-', `PTY,link=${file},raw,echo=0`], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await until(() => existsSync(file));
    kernel.line(/1/).then(() => {
      writeFileSync(environment, 'GREETING=bonjour\0');
      kernel.child.stdin?.write(word);
    });
    return { CRAC_GVISOR_DIR: directory };
  }

  test("a checkpoint that the program asks for; the environment is the new container's", async () => {
    const running = start({ ...(await gvisor('restore')), OLD: '1' }, 'asks');
    await running.line(/asked/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'onCopy', 'afterRestore bonjour', 'asked true']);
    expect(await get(PORT, '/old')).toBe('undefined');
  });

  test('the sandbox that goes on is no copy', async () => {
    const running = start(await gvisor('resume'), 'asks');
    await running.line(/asked/);
    expect(said(running)).toEqual(['beforeCheckpoint', 'afterRestore hello', 'asked false']);
  });

  test('what gVisor says otherwise is a failure with its word', async () => {
    const running = start(await gvisor('error'), 'asks');
    await running.line(/says error where it says resume or restore/);
  });
});

describe('a copy that nobody announced', () => {
  /** The kernel's device as a file: its page has another generation from now on. */
  function clockPage(generation: bigint): Buffer {
    const page = Buffer.alloc(4096);
    page.writeUInt32LE(0x4b4c4356, 0);
    page.writeBigUInt64LE(1n << 8n, 24);
    page.writeBigUInt64LE(generation, 104);
    return page;
  }

  const WARNING =
    /crac: this machine was copied or has stood still, and nobody called the hooks \(the machine has another generation\)/;

  test("is told by the machine's clock device: once in words, each time in deeds", async () => {
    const device = place.path('vmclock0');
    writeFileSync(device, clockPage(1n));
    const running = start({ CRAC_VMCLOCK: device });
    await listening(running);
    for (const generation of [2n, 3n]) {
      writeFileSync(device, clockPage(generation));
      await until(() => said(running).length === Number(generation) - 1);
    }
    expect(said(running)).toEqual(['onCopy', 'onCopy']);
    expect(running.stderr().match(new RegExp(WARNING, 'g'))).toHaveLength(1);
    expect(await get(PORT)).toBe('hello true');
  });

  test("is told by the kernel's log", async () => {
    const log = place.path('kmsg');
    writeFileSync(log, '5,1,1,-;random: crng reseeded due to virtual machine fork\n');
    const running = start({ CRAC_VMCLOCK: '/nonexistent', CRAC_KMSG: log });
    await listening(running);
    appendFileSync(log, '6,2,2,-;eth0: link becomes ready\n');
    appendFileSync(log, '5,3,3,-;random: crng reseeded due to virtual machine fork\n');
    await running.line(WARNING);
    expect(said(running)).toEqual(['onCopy']);
  });

  test('is not looked for with CRAC_CLONE_WATCH=off', async () => {
    const device = place.path('vmclock0');
    writeFileSync(device, clockPage(1n));
    const running = start({ CRAC_VMCLOCK: device, CRAC_CLONE_WATCH: 'off' });
    await listening(running);
    const opened = execFileSync('ls', ['-l', `/proc/${running.pid}/fd`], { encoding: 'utf8' });
    expect(opened).not.toContain('vmclock0');
  });
});
