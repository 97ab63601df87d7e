import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { startWith } from '../support/streams.ts';
import { ENGINE, onlyCriu, onlyDirect } from '../support/which-engine.ts';

const PORT = await freePorts(5);
const run = (program: string, ...options: string[]): Running =>
  place.start(CRAC, ['run', '--image', image, ...options, join(PROGRAMS, program)], {
    env: { PORT: String(PORT) },
  });

const restore = (): Running => place.start(CRAC, ['restore', image]);

async function checkpoint(): Promise<void> {
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
}

const records = (): string[] => readdirSync(place.path('run')).filter((name) => /^\d+$/.test(name));

/** The program has begun to run again. */
async function restored(): Promise<Running> {
  const running = restore();
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(10)) {
    if (existsSync(place.path('run', String(running.pid), 'program'))) return running;
  }
  throw new Error(`it was not restored: ${running.stderr()}`);
}

describe('how the program ends, its caller ends', () => {
  const ENDS = [
    { path: '/exit?code=0', code: 0, signal: null },
    { path: '/exit?code=3', code: 3, signal: null },
    { path: '/exit?code=255', code: 255, signal: null },
    { path: '/throw', code: 1, signal: null },
    { path: '/abort', code: null, signal: 'SIGABRT' },
    { path: '/kill?signal=SIGKILL', code: null, signal: 'SIGKILL' },
    { path: '/kill?signal=SIGTERM', code: null, signal: 'SIGTERM' },
    { path: '/kill?signal=SIGSEGV', code: null, signal: 'SIGSEGV' },
  ];

  test.each(ENDS)('crac run: $path', async ({ path, code, signal }) => {
    const running = run('exit-code.js');
    await running.line(/listening on/);
    await get(PORT, path);
    expect(await running.ended).toMatchObject({ code, signal });
    // Nobody is there with the engine direct who could do it when a signal ends the program: the next `crac` does.
    if (ENGINE === 'direct' && signal !== null) await place.crac('ps');
    expect(records()).toEqual([]);
  });

  test('crac restore', async () => {
    const first = run('exit-code.js');
    await first.line(/listening on/);
    await checkpoint();
    expect(await first.ended).toMatchObject({ code: 0, signal: null });
    for (const { path, code, signal } of ENDS) {
      const running = restore();
      await get(PORT, path);
      expect(await running.ended, path).toMatchObject({ code, signal });
    }
  });
});

onlyDirect(
  'a parent removes it',
).test('what a killed program has left is removed by the next restore, but not what is of another container', async () => {
  const first = run('exit-code.js');
  await first.line(/listening on/);
  await checkpoint();
  await first.ended;
  const killed = await restored();
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(records()).toEqual([String(killed.pid)]);
  const elsewhere = '4194303'; // no kernel gives it here
  cpSync(place.path('run', String(killed.pid)), place.path('run', elsewhere), {
    recursive: true,
    filter: (path) => !path.endsWith('.sock'),
  });
  const mark = place.path('run', elsewhere, 'mark');
  const page = readFileSync(mark);
  page.writeDoubleLE(1, 4080); // its namespace
  writeFileSync(mark, page);
  const next = await restored();
  expect(records().sort()).toEqual([String(next.pid), elsewhere].sort());
});

describe('signals to the caller are the program’s', () => {
  const NAMES = ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGQUIT', 'SIGTERM'] as const;

  async function sendAll(running: Running): Promise<void> {
    let expected = running.stdout();
    for (const name of NAMES) {
      running.child.kill(name);
      expected += `${name}\n`;
      await running.line(new RegExp(`${name}\n`));
      expect(running.stdout()).toBe(expected);
    }
    expect(await running.ended).toMatchObject({ code: 4, signal: null, stderr: '' });
  }

  test('crac run', async () => {
    const running = run('signals.js');
    await running.line(/ready\n/);
    await sendAll(running);
  });

  test('crac restore', async () => {
    const first = run('signals.js');
    await first.line(/ready\n/);
    await checkpoint();
    await first.ended;
    const running = await restored();
    await sendAll(running);
  });

  test('a signal that the program does not handle ends both', async () => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const running = run('exit-code.js');
      await running.line(/listening on/);
      running.child.kill(name);
      expect(await running.ended).toMatchObject({ code: null, signal: name });
    }
  });

  test('SIGUSR1 starts node’s inspector, as without crac', async () => {
    const app = place.path('app.js');
    writeFileSync(app, `process.debugPort = ${PORT + 1}; setInterval(() => {}, 1000); console.log("ready");`);
    const running = place.start(CRAC, ['run', '--image', image, app]);
    await running.line(/ready\n/);
    running.child.kill('SIGUSR1');
    await running.line(new RegExp(`Debugger listening on ws://127\\.0\\.0\\.1:${PORT + 1}/`));
  });

  test('--checkpoint-signal asks for a checkpoint', async () => {
    const running = run('exit-code.js', '--checkpoint-signal', 'SIGUSR2');
    await running.line(/listening on/);
    await get(PORT);
    running.child.kill('SIGUSR2');
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const again = restore();
    expect(await get(PORT)).toBe('{"ending":false}');
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });
});

describe('--checkpoint-signal', () => {
  test('is not the program’s own before the checkpoint, and is in a copy', async () => {
    const running = run('signals.js', '--checkpoint-signal', 'SIGUSR2');
    await running.line(/ready\n/);
    running.child.kill('SIGUSR2');
    expect(await running.ended).toEqual({ code: 0, signal: null, stdout: 'ready\n', stderr: '' });
    const copy = await restored();
    copy.child.kill('SIGUSR2');
    await copy.line(/SIGUSR2\n/);
    copy.child.kill('SIGTERM');
    expect(await copy.ended).toEqual({ code: 4, signal: null, stdout: 'SIGUSR2\nSIGTERM\n', stderr: '' });
  });

  test('of a program that cannot be checkpointed: it is told why, and goes on', async () => {
    const app = place.path('app.js');
    writeFileSync(
      app,
      "require('node:fs').openSync('out', 'w'); setInterval(() => {}, 1000); console.log('ready');",
    );
    const running = place.start(CRAC, ['run', '--image', image, '--checkpoint-signal', 'SIGHUP', app]);
    await running.line(/ready\n/);
    for (let times = 1; times <= 2; times++) {
      running.child.kill('SIGHUP');
      await expect
        .poll(() => running.stderr().match(/out \(regular/g), { timeout: 60_000 })
        .toHaveLength(times);
    }
    expect(existsSync(image)).toBe(false);
  });

  onlyDirect(
    'the signal is caught in the program itself',
  ).test('it leaves no child, and no variable behind', async () => {
    const app = place.path('app.js');
    writeFileSync(
      app,
      `setInterval(() => {}, 1000); console.log(JSON.stringify(Object.keys(process.env).filter((name) => /^CRAC_(?!RUNTIME|ENGINE)/.test(name))));
       process.on('SIGUSR1', () => console.log(require('node:fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8') + '.'));`,
    );
    const running = place.start(CRAC, ['run', '--image', image, '--checkpoint-signal', 'SIGUSR2', app]);
    expect(JSON.parse((await running.line(/^\[.*\]$/m))[0])).toEqual([]);
    writeFileSync(image, 'no directory'); // so it fails
    running.child.kill('SIGUSR2');
    await running.line(/crac: /);
    running.child.kill('SIGUSR1');
    await running.line(/^\.$/m);
  });
});

describe('Ctrl-C in a terminal', () => {
  test('reaches the program during crac run and after crac restore', async () => {
    const terminal = startWith(place, 'terminal', [
      CRAC,
      'run',
      '--image',
      image,
      join(PROGRAMS, 'signals.js'),
    ]);
    await terminal.line(/ready\n/);
    terminal.running.child.stdin?.write('\x03');
    await terminal.line(/SIGINT\n/);
    await checkpoint();
    await terminal.end();

    const again = startWith(place, 'terminal', [CRAC, 'restore', image]);
    await expect.poll(() => records(), { timeout: 60_000 }).toHaveLength(1);
    const [pid = ''] = records();
    await expect.poll(() => readdirSync(place.path('run', pid)), { timeout: 60_000 }).toContain('program');
    again.running.child.stdin?.write('\x03');
    await again.line(/SIGINT\n/);
    process.kill(Number(pid), 'SIGTERM');
    expect((await again.end()).output).toBe('SIGINT\nSIGTERM\n');
  });
});

onlyCriu('children live in no namespace, as under node').describe('SIGKILL to the caller', () => {
  test.each(['run', 'restore'])('ends everything inside: crac %s', async (how) => {
    const first = run('children.js');
    await first.line(/listening on/);
    let running = first;
    if (how === 'restore') {
      await checkpoint();
      await first.ended;
      running = restore();
      await get(PORT);
    }
    const inside = descendants(running.pid);
    expect(inside.length).toBeGreaterThanOrEqual(5); // outer, init, program, forked child, shell
    process.kill(running.pid, 'SIGKILL');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => inside.filter(isAlive), { timeout: 60_000 }).toEqual([]);
    expect((await place.crac('ps', '--json')).stdout).toBe('[]\n');
    expect(records()).toEqual([]);
  });
});

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** A process that has ended and that nobody has waited for is no process any more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
