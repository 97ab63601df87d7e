import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, pause, ROOT, type Running } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { startWith } from '../support/streams.ts';
import {
  As,
  type Caller,
  LESSER_ROOT,
  NOBODY,
  ROOT_OF_A_NAMESPACE,
  USER,
  whyNoUsers,
} from '../support/user.ts';

const PORT = await freePorts(5);
const why = whyNoUsers();
/** A script of the test's own, readable by everybody. */
function script(name: string, text: string): string {
  const path = place.path(name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

/** Prints what the program may do and what time it is, and a tick every 50 ms; says hello to SIGUSR2. */
const SELF = `
const { readFileSync } = require('node:fs');
const status = readFileSync('/proc/self/status', 'utf8');
const field = (name) => status.match(new RegExp('^' + name + ':\\\\s+(.*)$', 'm'))[1];
console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), capabilities: field('CapEff') }));
let tick = 0;
setInterval(() => console.log('tick', ++tick, Number(process.hrtime.bigint() / 1000000n)), 50);
process.on('SIGUSR2', () => console.log('hello'));
process.on('SIGTERM', () => process.exit(9));
`;

const ticks = (text: string) =>
  [...text.matchAll(/^tick (\d+) (\d+)$/gm)].map(([, tick, time]) => ({
    tick: Number(tick),
    time: Number(time),
  }));

async function checkpoint(as: As, ...more: string[]): Promise<void> {
  const ended = await as.crac('checkpoint', as.path('image'), ...more);
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
}

const callers: Caller[] = [NOBODY, USER, LESSER_ROOT];

describe.skipIf(why)(`users${why ? ` (skipped: ${why})` : ''}`, () => {
  test.each(callers)('an HTTP server goes through two checkpoints as $name', async (caller) => {
    const as = new As(place, caller);
    const env = { PORT: String(PORT) };
    let program = as.start(['run', '--image', as.path('image'), join(PROGRAMS, 'http-server.js')], env);
    const seen: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const { count } = await getJson<{ count: number }>(PORT);
      seen.push(count);
      if (round === 2) break;
      await checkpoint(as);
      expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      program = as.start(['restore', as.path('image')]);
    }
    expect(seen).toEqual([1, 2, 3]);
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('everything as root of one user namespace, without a runtime directory of its own', async () => {
    const as = new As(place, ROOT_OF_A_NAMESPACE);
    const image = as.path('image');
    const lines = `
      "$1" run --image ${image} ${script('self.js', SELF)} > ${as.path('out')} & run=$!
      until grep -qs 'tick 3' ${as.path('out')}; do sleep 0.05; done
      "$1" checkpoint ${image} || exit; wait $run || exit
      "$1" restore ${image} > ${as.path('out')} & restore=$!
      until grep -qs tick ${as.path('out')}; do sleep 0.05; done
      kill $restore; wait $restore`;
    const command = as.command(
      'env',
      '-u',
      'CRAC_RUNTIME_DIR',
      `XDG_RUNTIME_DIR=${as.home}`,
      'bash',
      '-c',
      lines,
      'bash',
      CRAC,
    );
    const ended = await place.start(command[0] as string, command.slice(1)).ended;
    expect(ended, ended.stderr).toMatchObject({ code: 9, signal: null, stderr: '' });
    expect(readFileSync(`${image}/manifest.json`, 'utf8')).toContain('"mode": "user"');
  });

  test.each([NOBODY, USER])('the program sees itself as $name, without capabilities', async (caller) => {
    const as = new As(place, caller);
    const program = as.start(['run', '--image', as.path('image'), script('self.js', SELF)]);
    await program.line(/^tick 3 /m);
    expect(JSON.parse(program.stdout().split('\n')[0] as string)).toEqual({
      uid: caller.uid,
      gid: caller.uid,
      capabilities: '0000000000000000',
    });
    await checkpoint(as);
    const restored = as.start(['restore', as.path('image')]);
    await restored.line(/^tick/m);
    const inside = readFileSync(`/proc/${await programPid(restored)}/status`, 'utf8');
    expect(inside.match(/^Uid:\s.*|^CapEff:\s.*/gm)).toEqual([
      `Uid:\t${Array(4).fill(caller.uid).join('\t')}`,
      'CapEff:\t0000000000000000',
    ]);
    restored.child.kill('SIGUSR2');
    await restored.line(/^hello$/m);
    restored.child.kill('SIGTERM');
    expect(await restored.ended).toMatchObject({ code: 9, signal: null, stderr: '' });
  });

  test('a program ends by its own code and by a signal', async () => {
    const as = new As(place, NOBODY);
    const program = as.start([
      'run',
      '--image',
      as.path('image'),
      join(PROGRAMS, 'timer-script.js'),
      '30',
      '5',
      '100',
      as.path('go'),
    ]);
    await program.line(/tick 1\n/);
    await checkpoint(as);
    writeFileSync(as.path('go'), '');
    const first = as.start(['restore', as.path('image')]);
    const second = as.start(['restore', as.path('image')]);
    await second.line(/tick/);
    process.kill(await programPid(second), 'SIGKILL');
    expect(await second.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stderr, last: stdout.split('\n').at(-2) }).toEqual({
      code: 5,
      stderr: '',
      last: 'tick 30',
    });
  });

  test('two copies at once draw different random numbers, in Workers too', async () => {
    const as = new As(place, NOBODY);
    const env = { PORT: String(PORT + 1) };
    const program = as.start(['run', '--image', as.path('image'), join(PROGRAMS, 'workers.js')], env);
    await get(PORT + 1);
    await checkpoint(as);
    await program.ended;
    as.start(['restore', as.path('image')]);
    const one = await getJson<Record<string, unknown>>(PORT + 1, '/random');
    const moved = as.start(['restore', as.path('image'), '--listen', `${PORT + 1}=${PORT + 2}`]);
    const other = await getJson<Record<string, unknown>>(PORT + 2, '/random');
    const values = (answer: unknown): string[] => JSON.stringify(answer).match(/[0-9a-f.-]{8,}/g) ?? [];
    const others = new Set(values(other));
    expect([values(one).length, others.size]).toEqual([15, 15]); // five from each of three threads
    expect(values(one).filter((value) => others.has(value))).toEqual([]);
    expect(moved.stderr()).toBe('');
  });

  test.each(['pipe', 'file', 'terminal'] as const)('standard streams: a %s', async (kind) => {
    const as = new As(place, NOBODY);
    const program = join(PROGRAMS, 'stdin-echo.js');
    const run = startWith(
      place,
      'pipe',
      as.command(CRAC, 'run', '--image', as.path('image'), program),
      'one\n',
    );
    await run.line(/ONE\n/);
    await checkpoint(as);
    await run.end();
    const restored = await startWith(
      place,
      kind,
      as.command(CRAC, 'restore', as.path('image')),
      'two\n',
    ).end();
    expect(restored).toMatchObject({ code: 7, signal: null, output: 'TWO\n2 lines\n' });
  });

  test('by the API, left running, and then for good', async () => {
    const as = new As(place, USER);
    const program = as.start([
      'run',
      '--image',
      as.path('image'),
      script(
        'api.js',
        `const { checkpointRestore } = require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))});
         const alive = setInterval(() => {}, 1000);
         checkpointRestore({ leaveRunning: true }).then(() => {
           console.log('left running', process.pid >= 1000);
           return checkpointRestore();
         }).then(() => { console.log('restored', process.pid >= 1000, process.getuid()); clearInterval(alive); });`,
      ),
    ]);
    expect(await program.ended).toMatchObject({ code: 0, signal: null, stdout: 'left running true\n' });
    expect(await as.crac('restore', as.path('image'))).toMatchObject({
      code: 0,
      stdout: 'restored true 1000\n',
      stderr: '',
    });
  });

  test('a checkpoint that fails leaves the program running', async () => {
    const as = new As(place, NOBODY);
    const program = as.start(['run', '--image', as.path('image'), script('self.js', SELF)]);
    await program.line(/^tick 3 /m);
    const failed = await as.crac('checkpoint', as.path('image'), '--engine-option=--no-such-option');
    expect(failed.code).toBe(1);
    const before = ticks(program.stdout()).length;
    await program.line(new RegExp(`^tick ${before + 3} `, 'm'));
    await checkpoint(as, '--leave-running');
    const after = ticks(program.stdout()).length;
    await program.line(new RegExp(`^tick ${after + 3} `, 'm'));
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 9, signal: null });
  });

  test('with Node 24, which would open io_uring', { timeout: 300_000 }, async () => {
    const found = execFileSync(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', 'node24'], {
      encoding: 'utf8',
    });
    const { node24 } = JSON.parse(found) as { node24: string };
    const as = new As(place, NOBODY);
    const program = as.start(['run', '--image', as.path('image'), '--node', node24, script('self.js', SELF)]);
    await program.line(/^tick 3 /m);
    await checkpoint(as);
    await program.ended;
    const restored = as.start(['restore', as.path('image')]);
    await restored.line(/^tick/m);
    restored.child.kill('SIGTERM');
    expect(await restored.ended).toMatchObject({ code: 9, signal: null, stderr: '' });
  });

  test('another user restores a copy of the image, with other groups', async () => {
    const owner = new As(place, USER);
    const program = owner.start(['run', '--image', owner.path('image'), script('self.js', SELF)]);
    await program.line(/^tick 3 /m);
    await checkpoint(owner);
    await program.ended;
    const other = new As(place, NOBODY);
    cpSync(owner.path('image'), other.path('image'), { recursive: true });
    execFileSync('chown', ['-R', `${NOBODY.uid}:${NOBODY.uid}`, other.home]);
    const restored = other.start(['restore', other.path('image')]);
    await restored.line(/^tick/m);
    const status = readFileSync(`/proc/${await programPid(restored)}/status`, 'utf8');
    expect(status.match(/^Uid:.*|^Groups:.*/gm)).toEqual([
      `Uid:\t${Array(4).fill(NOBODY.uid).join('\t')}`,
      'Groups:\t ',
    ]);
    restored.child.kill('SIGTERM');
    expect(await restored.ended).toMatchObject({ code: 9, signal: null, stderr: '' });
  });
});

describe.skipIf(why)(`clocks of users${why ? ` (skipped: ${why})` : ''}`, () => {
  /** Runs, checkpoints and restores twice, each time by a caller whose clocks are ahead by so many seconds. */
  test.each([
    { name: 'a machine that has been up for less time', ahead: [0, -3000, -3000] },
    { name: 'a machine that has been up for longer', ahead: [0, 500_000, -2000] },
    { name: 'time namespaces around both', ahead: [4000, 9000, 0] },
  ])('timers go on after a restore on $name', async ({ ahead }) => {
    const base = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const shifted = (seconds: number) => {
      const offset = String(Math.max(seconds, Math.ceil(10 - base))); // a clock cannot go below 0
      return seconds === 0 ? [] : ['unshare', '-T', '--monotonic', offset, '--boottime', offset];
    };
    const first = new As(place, NOBODY, shifted(ahead[0] as number));
    let program = first.start(['run', '--image', first.path('image'), script('self.js', SELF)]);
    await program.line(/^tick 5 /m);
    const all: string[] = [];
    for (const seconds of ahead.slice(1)) {
      // From the time namespace that the program was started in: only root may enter another.
      await checkpoint(new As(place, NOBODY, ['nsenter', '--time', '--target', String(program.pid)]));
      expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      all.push(program.stdout());
      const last = ticks(program.stdout()).at(-1)?.tick as number;
      const as = new As(place, NOBODY, shifted(seconds));
      program = as.start(['restore', as.path('image')]);
      await program.line(new RegExp(`^tick ${last + 5} `, 'm'));
    }
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 9, signal: null, stderr: '' });
    all.push(program.stdout());
    const seen = ticks(all.join(''));
    expect(seen.map(({ tick }) => tick)).toEqual(seen.map((_, index) => index + 1));
    // The program's clock never jumps, whatever the machine's did: 10 s allow for a slow one.
    const steps = seen.slice(1).map(({ time }, index) => time - (seen[index]?.time as number));
    expect(steps.filter((step) => step < 0 || step > 10_000)).toEqual([]);
  });
});

describe.skipIf(why)(`what is refused to users${why ? ` (skipped: ${why})` : ''}`, () => {
  const run = (as: As) =>
    as.crac('run', '--image', as.path('image'), script('never.js', 'console.log("never")'));

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

/** PID, as seen from here, of the program that a `crac` command has started. */
async function programPid(running: Running): Promise<number> {
  const children = (pid: number) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  let pid = running.pid;
  for (let depth = 0; depth < 3; depth++) {
    while (children(pid).length === 0) await pause(10);
    pid = Number(children(pid)[0]);
  }
  return pid;
}
