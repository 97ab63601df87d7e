import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CRAC, get } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { ask, listening, notify, PORT, PROGRAM, said, start, until } from '../support/platform/program.ts';

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
