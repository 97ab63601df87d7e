import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC, get, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** The engine direct restores in the process that it was called in; where that is PID 1, as in a container, in its child. */

const PORT = await freePorts();
const why =
  process.arch !== 'x64'
    ? ' (the engine direct is for x64)'
    : process.geteuid?.() === 0
      ? ''
      : ' (needs root, for namespaces)';

/** As PID 1 of a namespace, as a container has it. */
const asFirst = (words: string[], env: NodeJS.ProcessEnv = {}): Running =>
  place.start('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', ...words], {
    env: { PORT: String(PORT), ...env },
  });

/** The namespace's PID 1, as it is called outside. */
const firstOf = ({ pid }: Running): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());

async function checkpoint(script: string): Promise<void> {
  const program = place.start(CRAC, ['run', '--engine', 'direct', '--image', image, script], {
    env: { PORT: String(PORT) },
  });
  await get(PORT);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
}

describe.skipIf(why)(`PID 1${why}`, () => {
  beforeEach(() => checkpoint(join(PROGRAMS, 'http-server.js')));

  test('the program outlives the time of --timeout: that was for the restore', async () => {
    const copy = asFirst([CRAC, 'restore', image, '--timeout', '4']);
    const before = JSON.parse(await get(PORT)).count;
    await pause(6000);
    expect(JSON.parse(await get(PORT)).count).toBe(before + 1);
    copy.child.kill('SIGKILL');
    expect(await copy.ended).toMatchObject({ signal: 'SIGKILL', stderr: '' });
  });

  test('--or-run: what is found wrong late, too, starts the program cold', async () => {
    writeFileSync(place.path('cold.js'), 'console.log(process.ppid, process.argv.slice(2).join());');
    const words = [CRAC, 'restore', image, '--or-run', place.path('cold.js'), '--', 'a', 'b'];
    expect(await asFirst(words, { CRAC_RUNTIME_DIR: '/proc/nothing' }).ended).toEqual({
      code: 0,
      signal: null,
      stdout: '1 a,b\n',
      stderr: `crac: cannot make the runtime directory /proc/nothing: No such file or directory; set CRAC_RUNTIME_DIR to a directory of yours\ncrac: starting ${place.path('cold.js')} without the image\n`,
    });
  });

  test('a limit of processes is named as the cause', async () => {
    // A user that nothing else runs as: the limit counts all of a user's.
    const uid = 54_321;
    execFileSync('chown', ['-R', String(uid), place.directory]);
    const user = ['setpriv', '--reuid', String(uid), '--clear-groups'];
    const limited = ['prlimit', '--nproc=4:4', CRAC, 'restore', image];
    expect(await place.start(user[0] as string, [...user.slice(1), ...limited]).ended).toMatchObject({
      code: 72,
      stdout: '',
      stderr:
        "crac: cannot make the program's threads anew: EAGAIN (try again).\nWhat to do: allow more processes and threads (container's limit of PIDs, ulimit -u, kernel.threads-max)\n",
    });
    const none = ['prlimit', '--nproc=1:1', CRAC, 'restore', image];
    expect(await asFirst([...user, ...none]).ended).toMatchObject({
      code: 70,
      stderr:
        "crac: cannot make a process: Resource temporarily unavailable. Allow more of them (a container's limit of PIDs, ulimit -u, kernel.threads-max)\n",
    });
  });

  test('a read-only file system: what runs is recorded where a container can write all the same', async () => {
    const uid = 54_322;
    const record = `/dev/shm/node-crac-${uid}`;
    rmSync(record, { recursive: true, force: true });
    execFileSync('chown', ['-R', String(uid), place.directory]);
    const script = 'mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp && exec "$@"';
    const user = ['env', '-u', 'CRAC_RUNTIME_DIR', '-u', 'XDG_RUNTIME_DIR'];
    user.push('setpriv', '--reuid', String(uid), '--clear-groups');
    const copy = asFirst(['sh', '-c', script, 'sh', ...user, CRAC, 'restore', image]);
    try {
      await get(PORT);
      expect(existsSync(record)).toBe(true);
      const inside = ['--target', String(firstOf(copy)), '--mount', '--pid', ...user, CRAC, 'ps'];
      expect(await place.start('nsenter', inside).ended).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(image),
      });
    } finally {
      // Not by unshare's end: another user's process does not hear of it.
      process.kill(firstOf(copy), 'SIGKILL');
      await copy.ended;
      rmSync(record, { recursive: true, force: true });
    }
  });
});

test.skipIf(why)(`PID 1: what a terminal sends comes once${why}`, async () => {
  const script = place.path('terminal.js');
  writeFileSync(
    script,
    `let count = 0;
process.on('SIGINT', () => console.log('signal', ++count));
require('node:http').createServer((_, response) => response.end(String(count))).listen(${PORT});`,
  );
  await checkpoint(script);
  const inside = `unshare --pid --fork --kill-child --mount-proc ${CRAC} restore ${image}`;
  const terminal = place.start('script', ['--quiet', '--command', inside, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await get(PORT);
  for (let sent = 1; sent <= 5; sent++) {
    terminal.child.stdin?.write('\x03');
    await terminal.line(new RegExp(`signal ${sent}\\b`));
    expect(await get(PORT)).toBe(String(sent));
  }
  terminal.child.kill('SIGKILL');
  await terminal.ended;
});
