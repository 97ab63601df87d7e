import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { As, LESSER_ROOT, NOBODY, USER, whyNoUsers } from '../support/user.ts';

import { checkpoint, SELF, script, ticks } from '../support/user-program.ts';

const why = whyNoUsers();

describe.skipIf(why)(`what is refused to users${why ? ` (skipped: ${why})` : ''}`, () => {
  const run = (as: As) =>
    as.crac(
      'run',
      '--engine',
      'criu',
      '--image',
      as.path('image'),
      script('never.js', 'console.log("never")'),
    );

  test('user namespaces are forbidden by a setting', async () => {
    // A namespace of its own has limits of its own.
    const inside = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
    const as = new As(place, LESSER_ROOT, ['unshare', '-U', '-r', 'sh', '-c', inside, 'sh']);
    expect(await run(as)).toEqual({
      code: 71,
      signal: null,
      stdout: '',
      stderr: `crac: cannot make a user namespace: this machine has user.max_user_namespaces=0, which forbids it to ordinary users. As root, allow it with
  sysctl -w user.max_user_namespaces=15000
(to keep it: echo user.max_user_namespaces=15000 > /etc/sysctl.d/90-crac.conf), or run crac as root
`,
    });
  });

  test('parts of /proc are masked', async () => {
    const as = new As(place, NOBODY, [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mount --bind /dev/null /proc/timer_list 2>/dev/null || mount --bind /dev/null /proc/kcore; exec "$@"',
      'sh',
    ]);
    expect(await run(as)).toEqual({
      code: 71,
      signal: null,
      stdout: '',
      stderr: `crac: cannot mount /proc for the new PID namespace: Operation not permitted. Parts of /proc are masked here, as in a container; allow it with
  docker run --security-opt systempaths=unconfined …
`,
    });
  });

  test('a root without the capabilities for either way', async () => {
    const words = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    expect(await run(new As(place, { ...LESSER_ROOT, words }))).toEqual({
      code: 71,
      signal: null,
      stdout: '',
      stderr: `crac: cannot map root into its user namespace: this root has neither CAP_SYS_ADMIN nor CAP_SETFCAP. Give it one
  docker run --cap-add SETFCAP …
or run crac as an ordinary user
`,
    });
  });

  test('an image made by root, restored by a user, and the other way round', async () => {
    const root = new As(place, { name: 'root', uid: 0, words: [] });
    const user = new As(place, USER);
    for (const as of [root, user]) {
      const program = as.start(['run', '--image', as.path('image'), script('self.js', SELF)]);
      await program.line(/^tick/m);
      await checkpoint(as);
      await program.ended;
    }
    execFileSync('chmod', ['-R', 'a+rX', root.home]);
    expect(await user.crac('restore', root.path('image'))).toEqual({
      code: 72,
      signal: null,
      stdout: '',
      stderr: `crac: ${root.path('image')} was made by root, and this is an ordinary user. Restore it as root of the machine, or make an image as this user:
  crac run --image DIR app.js
`,
    });
    expect(await root.crac('restore', user.path('image'))).toEqual({
      code: 72,
      signal: null,
      stdout: '',
      stderr: `crac: ${user.path('image')} belongs to user 1000, and an image is code: here it would run as root. Restore it as that user:
  setpriv --reuid 1000 --regid 1000 --clear-groups crac restore ${user.path('image')}
If it is yours after all, take it (chown -R 0:0). To let whoever made it run anything as root:
  crac restore ${user.path('image')} --trust-image-of 1000
`,
    });
    expect(await root.crac('restore', user.path('image'), '--trust-image-of', '1000')).toEqual({
      code: 72,
      signal: null,
      stdout: '',
      stderr: `crac: ${user.path('image')} was made by the ordinary user 1000, and this is root. Restore it as that user:
  setpriv --reuid 1000 --regid 1000 --clear-groups crac restore ${user.path('image')}
`,
    });
  });

  test("root checkpoints a user's program", async () => {
    const user = new As(place, USER);
    const program = user.start(['run', '--image', user.path('image'), script('self.js', SELF)]);
    await program.line(/^tick/m);
    const pid = program.pid;
    const root = await place.start(CRAC, ['checkpoint', String(pid)], {
      env: { CRAC_RUNTIME_DIR: user.path('run') },
    }).ended;
    expect(root).toEqual({
      code: 70,
      signal: null,
      stdout: '',
      stderr: `crac: the runtime directory ${user.path('run')} is not a directory of yours: it belongs to user 1000. Run crac as that
user, or set CRAC_RUNTIME_DIR to a directory of yours
`,
    });
    const before = ticks(program.stdout()).length;
    await program.line(new RegExp(`^tick ${before + 3} `, 'm'));
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 9, signal: null });
  });
});
