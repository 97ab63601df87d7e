import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, PROGRAMS, pause } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { isMute, KINDS, type Kind, startWith } from '../support/streams.ts';
import { onlyCriu, TREES } from '../support/which-engine.ts';

async function checkpoint(): Promise<void> {
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
}

/** Restores with each kind of streams and collects what came out. */
async function restoreAll(input: string): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const kind of KINDS) {
    const { code, signal, output } = await startWith(place, kind, [CRAC, 'restore', image], input).end();
    seen[kind] = { code, signal, output };
  }
  return seen;
}

const forAll = (loud: unknown, mute: unknown) =>
  Object.fromEntries(KINDS.map((kind) => [kind, isMute(kind) ? mute : loud]));

describe('a program that waits for its standard input', () => {
  test.each<Kind>(['pipe', 'socket', 'terminal'])('checkpointed with a %s', async (kind) => {
    const program = join(PROGRAMS, 'stdin-echo.js');
    const run = startWith(place, kind, [CRAC, 'run', '--image', image, program], 'one\n');
    await run.line(/ONE\n/);
    await checkpoint();
    expect(await run.end()).toMatchObject({ code: 0, output: 'ONE\n' });

    expect(await restoreAll('two\nthree\n')).toEqual(
      forAll(
        { code: 7, signal: null, output: 'TWO\nTHREE\n3 lines\n' },
        { code: 7, signal: null, output: '' },
      ),
    );
  });
});

describe('a program that begins to read after the restore', () => {
  test.each(KINDS)('checkpointed with a %s', async (kind) => {
    const program = place.path('late.js');
    writeFileSync(
      program,
      `const fs = require('node:fs');
      const wait = setInterval(() => {
        if (!fs.existsSync('${place.path('read')}')) return;
        clearInterval(wait);
        console.log('reading');
        process.stdin.on('data', (data) => process.stdout.write(String(data).toUpperCase()));
        process.stdin.on('end', () => { console.log('end'); console.error('bye'); process.exitCode = 6; });
      }, 10);
      fs.writeFileSync('${place.path('waiting')}', '');`,
    );
    const run = startWith(place, kind, [CRAC, 'run', '--image', image, program]);
    await exists(place.path('waiting'));
    await checkpoint();
    expect(await run.end()).toMatchObject({ code: 0, signal: null, output: '' });

    writeFileSync(place.path('read'), '');
    expect(await restoreAll('two\nthree\n')).toEqual(
      forAll(
        { code: 6, signal: null, output: 'reading\nTWO\nTHREE\nend\nbye\n' },
        { code: 6, signal: null, output: '' },
      ),
    );
  });
});

async function exists(path: string): Promise<void> {
  for (const until = Date.now() + 60_000; ; await pause(10)) {
    try {
      readFileSync(path);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

test('a regular file as standard input is read to its end, whatever its size', async () => {
  const run = startWith(
    place,
    'socket',
    [CRAC, 'run', '--image', image, join(PROGRAMS, 'stdin-echo.js')],
    'one\n',
  );
  await run.line(/ONE\n/);
  await checkpoint();
  await run.end();
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}`);
  const { code, output } = await startWith(
    place,
    'file',
    [CRAC, 'restore', image],
    `${lines.join('\n')}\n`,
  ).end();
  expect(code).toBe(7);
  expect(output).toBe(`${lines.map((line) => line.toUpperCase()).join('\n')}\n40001 lines\n`);
});

onlyCriu(TREES).describe('children that have inherited the standard streams', () => {
  const program = join(PROGRAMS, 'inherited-stdio.js');
  const round = (number: number) => `parent ${number}\nchild ${number}\nshell ${number}\n`;

  test.each<Kind>(['pipe', 'file', 'terminal', 'socket'])('checkpointed with a %s', async (kind) => {
    const run = startWith(place, kind, [CRAC, 'run', '--image', image, program]);
    await run.line(/ready\n/);
    process.kill(await parentOf(image), 'SIGUSR2');
    await run.line(/shell 1\n/);
    await checkpoint();
    expect(await run.end()).toMatchObject({ code: 0, signal: null, output: `ready\n${round(1)}` });

    for (const kind of KINDS.filter((each) => !isMute(each))) {
      const restored = startWith(place, kind, [CRAC, 'restore', image]);
      const parent = await parentOf(image);
      process.kill(parent, 'SIGUSR2');
      await restored.line(/shell 2\n/).catch((error: Error) => expect.fail(`${kind}: ${error.message}`));
      process.kill(parent, 'SIGTERM');
      expect(await restored.end(), kind).toMatchObject({ code: 0, signal: null, output: round(2) });
    }
  });

  test('checkpointed with /dev/null, they keep it', async () => {
    const ready = place.path('ready');
    const command = ['env', `READY_FILE=${ready}`, CRAC, 'run', '--image', image, program];
    const run = startWith(place, 'null', command);
    await exists(ready);
    await checkpoint();
    await run.end();
    const restored = startWith(place, 'file', [CRAC, 'restore', image]);
    const parent = await parentOf(image);
    process.kill(parent, 'SIGUSR2');
    await restored.line(/parent 1\n/);
    process.kill(parent, 'SIGTERM');
    expect(await restored.end()).toMatchObject({ code: 0, signal: null, output: 'parent 1\n' });
  });
});

/** PID of the one command that runs with this image; also when a shell or a terminal stands between. */
async function parentOf(image: string): Promise<number> {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(20)) {
    const { stdout } = await place.crac('ps', '--json');
    const list = JSON.parse(stdout) as { pid: number; image: string; program?: number }[];
    const found = list.find((entry) => entry.image === image);
    if (found && readable(place.path('run', String(found.pid), 'program'))) return found.pid;
  }
  throw new Error(`nothing runs with ${image}`);
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

test('2>&1 stays one description: nothing is overwritten', async () => {
  const program = place.path('both.js');
  writeFileSync(
    program,
    `let n = 0;
    console.log('started');
    const timer = setInterval(() => {
      if (n > 0 && !require('node:fs').existsSync('go')) return;
      n += 1;
      console.log('out ' + n);
      console.error('error ' + n);
      if (n === 3) process.exit();
    }, 100);`,
  );
  const run = startWith(place, 'file', [CRAC, 'run', '--image', image, program]);
  await run.line(/error 1\n/);
  await checkpoint();
  expect((await run.end()).output).toBe('started\nout 1\nerror 1\n');
  writeFileSync(place.path('go'), '');
  const { output } = await startWith(place, 'file', [CRAC, 'restore', image]).end();
  expect(output).toBe('out 2\nerror 2\nout 3\nerror 3\n');
});

test('a program that only prints goes on printing wherever the caller wants it', async () => {
  const go = place.path('go');
  const script = [join(PROGRAMS, 'timer-script.js'), '4', '5', '100', go];
  const program = [CRAC, 'run', '--image', image, ...script];
  const run = startWith(place, 'terminal', program);
  await run.line(/tick 1\n/);
  await checkpoint();
  expect(await run.end()).toMatchObject({ code: 0, output: 'tick 1\n' });
  writeFileSync(go, '');
  const restored = KINDS.map((kind) => [kind, startWith(place, kind, [CRAC, 'restore', image])] as const);
  for (const [kind, { end }] of restored) {
    expect(await end(), kind).toMatchObject({
      code: 5,
      signal: null,
      output: isMute(kind) ? '' : 'tick 2\ntick 3\ntick 4\n',
    });
  }
});

test('what the shell writes after the program stands behind its output in the same file', async () => {
  const script = join(PROGRAMS, 'timer-script.js');
  const line = `{ ${CRAC} run --image image ${script} 2 0 1; echo after run; } > log; cat log`;
  const { stdout } = await place.start('sh', ['-c', line]).ended;
  expect(stdout.split('\n').slice(-2)).toEqual(['after run', '']);
  expect(stdout.split('\n').length).toBeGreaterThan(3);
});

test('a shell and two programs that write to one file at the same time lose nothing', async () => {
  const script = join(PROGRAMS, 'timer-script.js');
  const alone = (await place.start(CRAC, ['run', '--image', image, script, '3', '0', '100']).ended).stdout;
  const run = (name: string) => `${CRAC} run --image ${name} ${script} 3 0 100 &`;
  const line = `exec > log; echo first; ${run('one')} ${run('two')} for i in 1 2 3 4 5 6 7 8; do echo shell $i; sleep 0.1; done; wait; echo last`;
  await place.start('sh', ['-c', line]).ended;
  const written = readFileSync(place.path('log'), 'utf8').split('\n');
  const ofShell = ['first', ...[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `shell ${i}`), 'last', ''];
  const ofProgram = alone.split('\n').filter(Boolean);
  expect(written.filter((each) => ofShell.includes(each))).toEqual(ofShell);
  expect(written.filter((each) => !ofShell.includes(each)).sort()).toEqual(
    [...ofProgram, ...ofProgram].sort(),
  );
});
