import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
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

import { checkpoint, programPid, SELF, script, ticks } from '../support/user-program.ts';

const PORT = await freePorts(5);
const why = whyNoUsers();

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
