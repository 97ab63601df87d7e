import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkReachable } from '../../../src/command/engines/criu/dump/reachable.ts';
import type { ProgramRecord } from '../../../src/shared/protocol/record.ts';
import { Place, pause, ROOT, type Running } from '../../support/crac.ts';

/** Not every error of looking into a program tells of another user namespace. */

const record = (init: number, parent = process.pid) =>
  ({ parent, init, mode: 'root' }) as unknown as ProgramRecord;

test('a program that has ended', async () => {
  const child = spawn('true');
  await once(child, 'close');
  await expect(checkReachable(record(child.pid as number))).rejects.toThrow(
    `program ${process.pid} has just ended, or is not started yet: see \`crac ps\``,
  );
});

test('one that runs', async () => {
  await expect(checkReachable(record(process.pid))).resolves.toBeUndefined();
});

const why = process.geteuid?.() === 0 ? '' : ' (needs root, to be another user)';

describe.skipIf(why)(`an ordinary user${why}`, () => {
  const USER = ['--reuid', '1000', '--regid', '1000', '--clear-groups'];
  let place: Place;
  let script: string;
  let open: Running;
  let closed: Running;

  beforeAll(async () => {
    place = new Place();
    chmodSync(place.directory, 0o755);
    script = place.path('look.mjs');
    buildSync({
      stdin: {
        contents: `import { checkReachable } from './src/command/engines/criu/dump/reachable.ts';
          const pid = Number(process.argv[2]);
          const found = checkReachable({ parent: pid, init: pid, mode: 'root' });
          console.log(await found.then(() => 'reached', (error) => error.message));`,
        resolveDir: ROOT,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    open = place.start('setpriv', [...USER, 'sleep', 'infinity']);
    // Only in part his: what a kernel module for security may refuse as well.
    closed = place.start('setpriv', ['--euid', '1000', '--clear-groups', 'sleep', 'infinity']);
    for (const { pid } of [open, closed])
      while (!/sleep/.test(readFileSync(`/proc/${pid}/comm`, 'utf8'))) await pause(20);
  });
  afterAll(() => place?.close());

  /** Returns what the user is told, who looks from behind these words. */
  async function told({ pid }: Running, ...before: string[]): Promise<string> {
    const words = [...USER, ...before, process.execPath, script, String(pid)];
    return (await place.start('setpriv', words).ended).stdout.trim();
  }

  test('reaches what is his', async () => {
    expect(await told(open)).toBe('reached');
  });

  test('in a user namespace of his own: told to leave it', async () => {
    const said = await told(open, 'unshare', '--user', '--map-root-user');
    expect(said).toBe(
      `program ${open.pid} runs outside of the user namespace of this process (a rootless container, \`unshare --user\`), which may not look into it. Leave that, and run there\n  crac checkpoint ${open.pid}`,
    );
  });

  test('in the machine’s own user namespace: no other one is to blame', async () => {
    expect(await told(closed)).toBe(
      `program ${closed.pid} may not be looked into (EACCES at /proc/${closed.pid}/root): a security module (AppArmor, SELinux), or a capability that is missing, forbids it. See\n  crac doctor`,
    );
  });

  test('where /proc hides what may not be looked into, it has not ended', async () => {
    const hide = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const inside = ['-m', 'sh', '-c', hide, 'sh', 'setpriv', ...USER, process.execPath, script];
    const { stdout } = await place.start('unshare', [...inside, String(closed.pid)]).ended;
    expect(stdout.trim()).toBe(
      `program ${closed.pid} is hidden from this process: /proc is mounted with hidepid. Run as root, or have it mounted without\n  mount -o remount,hidepid=0 /proc`,
    );
  });
});
