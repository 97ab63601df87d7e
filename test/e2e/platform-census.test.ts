import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

const PRELOAD = join(ROOT, 'dist/platform.cjs');
const PROGRAM = join(PROGRAMS, 'stays-connected.cjs');
// An address of documentation, in a network namespace that only the program and its server have.
const ELSEWHERE = '192.0.2.1';

/** The program, connected to a server that is not on loopback. */
async function connected(words: string[], environment: NodeJS.ProcessEnv = {}): Promise<Running> {
  const script = `ip link set lo up; ip address add ${ELSEWHERE}/32 dev lo; echo ready; exec sleep infinity`;
  const network = place.start('unshare', ['-n', 'sh', '-c', script]);
  await network.line(/ready/);
  const inside = (...command: string[]) =>
    place.start('nsenter', ['-t', String(network.pid), '-n', ...command, ELSEWHERE, '7000'], {
      env: environment,
    });
  await inside('sh', '-c', 'exec node "$0" "$@" listen', PROGRAM).line(/listening/);
  const running = inside(...words);
  await running.line(/connected/);
  return running;
}

const NAMED = new RegExp(
  `connection to ${ELSEWHERE}:7000 belongs to no library that has an adapter.*stays-connected\\.cjs:\\d+`,
);

describe('a connection that leads out of the machine', () => {
  const words = ['node', '--require', PRELOAD, PROGRAM];

  test('is named, with the line that opened it, and the program stands still', async () => {
    const running = await connected(words);
    const before = await place.crac('notify', 'before-checkpoint', String(running.pid));
    expect(before).toMatchObject({ code: 0, stderr: expect.stringMatching(/^crac: note: /) });
    expect(before.stderr).toMatch(NAMED);
    expect(await place.crac('notify', 'after-restore', String(running.pid))).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test.each([
    ['by the variable', words, { CRAC_PLATFORM_CENSUS: 'strict' }, []],
    ['by the option', words, {}, ['--strict']],
    [
      'by the variable under crac run',
      [CRAC, 'run', '--engine', 'platform', PROGRAM],
      { CRAC_PLATFORM_CENSUS: 'strict' },
      [],
    ],
  ])(
    'in strict mode, %s, it fails the checkpoint, and the program goes on',
    async (_, command, environment, options) => {
      const running = await connected(command, environment);
      const failed = await place.crac('notify', 'before-checkpoint', String(running.pid), ...options);
      expect(failed).toMatchObject({ code: 1, stdout: '' });
      expect(failed.stderr).toMatch(NAMED);
      expect(running.stdout()).not.toContain('closed');
    },
  );
});

test('a mode that there is not is said at the start', async () => {
  const { code, stderr } = await place.start(
    'node',
    ['--require', PRELOAD, PROGRAM, '127.0.0.1', '0', 'listen'],
    {
      env: { CRAC_PLATFORM_CENSUS: 'strickt' },
    },
  ).ended;
  expect(code).not.toBe(0);
  expect(stderr).toContain(
    'CRAC_PLATFORM_CENSUS is "strickt": expected strict or lenient (docs/platforms.md)',
  );
});

test('the place of a restored process loads nothing of the program', async () => {
  const running = place.start('node', ['--require', PRELOAD, '--eval', 'console.log("loaded")'], {
    env: { SNAPSHOT_RESTORE_STANDBY: '1' },
  });
  const first = await Promise.race([running.ended, new Promise((resolve) => setTimeout(resolve, 1500))]);
  expect(first, running.stdout()).toBeUndefined();
  expect(running.stdout()).toBe('');
});
