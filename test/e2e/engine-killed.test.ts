import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

async function start(): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await running.line(/listening on/);
  return running;
}

async function engineOf(checkpoint: Running): Promise<number | undefined> {
  for (;;) {
    const engine = engineBelow(checkpoint.pid);
    if (engine !== undefined || checkpoint.child.exitCode !== null) return engine;
    await pause(1);
  }
}

/** This process may make itself less likely to be ended, as root of a container often may not. */
function maySpareItself(): boolean {
  try {
    execFileSync('sh', ['-c', 'echo -1000 > /proc/self/oom_score_adj'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What is killed lets go of its port a moment later. */
async function portIsFree(): Promise<void> {
  const taken = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(PORT, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  while (await taken()) await pause(5);
}

/** The engine that works for a process which this test has started. */
function engineBelow(pid: number): number | undefined {
  for (const child of childrenOf(pid)) {
    const below = isEngine(child) ? child : engineBelow(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // ended meanwhile
  }
}

function isEngine(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[1] === 'dump';
  } catch {
    return false;
  }
}

test.skipIf(!maySpareItself())('the memory killer spares the engine (needs CAP_SYS_RESOURCE)', async () => {
  const running = await start();
  const checkpoint = place.start(CRAC, ['checkpoint', image]);
  const engine = await engineOf(checkpoint);
  expect(readFileSync(`/proc/${engine}/oom_score_adj`, 'utf8')).toBe('-1000\n');
  expect(await checkpoint.ended).toMatchObject({ code: 0 });
  await running.ended;
});

test('an engine that is killed: what is said of the program is true', async () => {
  for (const delay of [0, 5, 15, 30]) {
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image]);
    const engine = await engineOf(checkpoint);
    await pause(delay);
    if (engine !== undefined && isEngine(engine)) process.kill(engine, 'SIGKILL');
    const { code, stderr } = await checkpoint.ended;
    if (code !== 0) {
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^crac: the engine was ended by SIGKILL in the midst of the dump; no image was made/,
      );
      expect(readdirSync(place.directory).filter((name) => name.includes('partial'))).toEqual([]);
      if (stderr.includes('the program goes on')) {
        expect(await getJson(PORT)).toMatchObject({ count: 1 });
        running.child.kill('SIGTERM');
      } else expect(stderr).toMatch(/the program ended with it|engine's code is still in process/);
    }
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
    await running.ended;
    await portIsFree();
  }
});

test('a program that is killed when its image is complete', async () => {
  for (const leave of [[], ['--leave-running']]) {
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image, ...leave]);
    const before = (): boolean => readdirSync(place.directory).includes('image');
    while (!before() && checkpoint.child.exitCode === null) await pause(1);
    running.child.kill('SIGKILL');
    const { code, stdout } = await checkpoint.ended;
    expect({ code, written: stdout.includes(' written to ') }).toEqual({ code: 0, written: true });
    await running.ended;
    await portIsFree();
    const copy = place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toMatchObject({ count: 1 });
    copy.child.kill('SIGKILL');
    await copy.ended;
    await place.start('rm', ['-r', image]).ended;
  }
});
