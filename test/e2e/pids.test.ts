import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC, get } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

/** PIDs of the program: raised above those that a restore itself needs, and what happens where they are not. */

const PORT = 23460;
const ONLY_THE_FILE = ['-P', '/proc/sys/kernel/ns_last_pid', '-e', 'inject=openat:error=EROFS'];

const canTrace = spawnSync('strace', ['-V']).status === 0;

async function pidOf(words: string[], wrapper: string[] = []): Promise<{ pid: number; stderr: string }> {
  writeFileSync(place.path('app.js'), 'console.log(process.pid)');
  const [command = '', ...rest] = [...wrapper, CRAC, 'run', '--image', image, ...words, 'app.js'];
  const { stdout, stderr } = await place.start(command, rest).ended;
  return { pid: Number(stdout), stderr };
}

test('G12: the program has a PID from --min-pid on, 128 unless told', async () => {
  expect(await pidOf([])).toEqual({ pid: 128, stderr: '' });
  expect(await pidOf(['--min-pid', '300'])).toEqual({ pid: 300, stderr: '' });
});

test.skipIf(!canTrace)(
  `G12: where ns_last_pid cannot be written, PIDs are passed by making processes${canTrace ? '' : ' (needs strace)'}`,
  async () => {
    const wrapper = ['strace', '-f', '-o', '/dev/null', ...ONLY_THE_FILE];
    expect(await pidOf(['--min-pid', '300'], wrapper)).toEqual({ pid: 300, stderr: '' });
  },
);

test('a --min-pid above what the kernel gives is told, and the program runs all the same', async () => {
  const { pid, stderr } = await pidOf(['--min-pid', '5000000']);
  expect(pid).toBeGreaterThan(1);
  expect(stderr).toBe(
    'crac: warning: PIDs above 4999999 cannot be had: see `sysctl kernel.pid_max`, and give a lower --min-pid\n',
  );
});

test("G10: a program whose PIDs the restore's own processes have is restored all the same", async () => {
  writeFileSync(
    place.path('app.js'),
    `require('http').createServer((q, r) => r.end(String(process.pid))).listen(${PORT}, '127.0.0.1', () => console.log('up'));`,
  );
  const program = place.start(CRAC, ['run', '--image', image, '--min-pid', '1', 'app.js']);
  await program.line(/up/);
  expect(await get(PORT)).toBe('2'); // right above the namespace's init, where the engine would be
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
  const restored = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('2');
  restored.child.kill('SIGTERM');
  expect(await restored.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  // Nothing of the attempt that failed is left.
  expect(
    execFileSync(CRAC, ['ps'], { env: { ...process.env, CRAC_RUNTIME_DIR: place.path('run') } }).toString(),
  ).not.toContain(image);
});
