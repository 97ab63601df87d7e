import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { aptInstall } from '../support/apt.ts';
import { apps, checkpoint, restoreTwice, run } from '../support/copies.ts';
import { CRAC, getJson, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const TOOLS = ['g++', 'make', 'python3'];
const isThere = (tool: string) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;

/** better-sqlite3 is compiled here: what it publishes for that is not on the package registry. */
function whyNotCompiled(): string | undefined {
  const missing = () => TOOLS.filter((tool) => !isThere(tool));
  if (missing().length > 0) aptInstall(...missing());
  return missing().length > 0 ? `needs ${missing().join(', ')}` : undefined;
}

const reason = whyNotCompiled();
const PORT = await freePorts(20);

let entry: string;
let node22: string;

interface State {
  mode: string;
  failed?: string;
  number: number;
  writers: { writer: string; entries: number; last: number }[];
}

describe.skipIf(reason !== undefined)(`better-sqlite3${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(async () => {
    ({ node22, sqlite: entry } = await apps('node22', 'sqlite'));
  }, 600_000);

  const start = async (): Promise<Running> => {
    const env = { CRAC_NODE: node22, DATABASE: place.path('data.db'), WRITER: 'original' };
    const program = run(place, { image, words: [entry], port: PORT, env });
    await program.line(/listening/);
    return program;
  };

  test('a database with a write-ahead log is shared by two copies that both write', async () => {
    const program = await start();
    while ((await getJson<State>(PORT, '/')).number < 50) await pause(20);
    await checkpoint(place, program, image);

    const copies = [0, 1].map((copy) => {
      const moved = copy === 0 ? [] : ['--listen', `${PORT}=${PORT + copy}`];
      return place.start(CRAC, ['restore', image, ...moved], { env: { WRITER: `copy ${copy}` } });
    });
    for (const at of [PORT, PORT + 1]) {
      const { number } = await getJson<State>(at, '/');
      while ((await getJson<State>(at, '/')).number < number + 200) await pause(20);
    }
    const stopped = await Promise.all([PORT, PORT + 1].map((at) => getJson<State>(at, '/stop')));
    for (const state of stopped) {
      expect(state).toMatchObject({ mode: 'wal' });
      expect(state.failed).toBeUndefined();
    }
    const [{ writers }, { writers: seenByOther }] = [
      await getJson<State>(PORT, '/'),
      await getJson<State>(PORT + 1, '/'),
    ];
    expect(writers).toEqual(seenByOther);
    const original = writers.find(({ writer }) => writer === 'original');
    // Every entry that was made is there once: the original's, and those with which each copy went on.
    expect(original?.entries).toBe(original?.last);
    for (const [copy, { number }] of stopped.entries()) {
      const mine = writers.find(({ writer }) => writer === `copy ${copy}`);
      expect(mine).toMatchObject({ entries: number - 1 - (original?.last ?? 0), last: number - 1 });
    }
    for (const { child } of copies) child.kill('SIGKILL');
  });

  test('a checkpoint waits for a transaction, and fails where there is no end of it', async () => {
    const program = await start();
    await getJson(PORT, '/stop');
    await getJson(PORT, '/begin');
    const refused = await place.crac('checkpoint', image);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain(`a transaction in ${place.path('data.db')}`);

    const waiting = place.crac('checkpoint', image);
    await pause(300);
    expect(await getJson<State>(PORT, '/end')).toMatchObject({ mode: 'wal' });
    expect(await waiting, program.stderr()).toMatchObject({ code: 0, stderr: '' });
    await program.ended;
  });

  test('where another process has the database open, the checkpoint says what to do', async () => {
    const program = await start();
    const other = place.start(
      node22,
      [
        '-e',
        `const db = require('better-sqlite3')(process.argv[1]); db.prepare('SELECT 1 FROM entries').get(); console.log('open'); setInterval(() => {}, 1000)`,
        place.path('data.db'),
      ],
      { cwd: entry.replace(/\/[^/]*$/, '') },
    );
    await other.line(/open/);
    await getJson(PORT, '/stop');
    const refused = await place.crac('checkpoint', image);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is in WAL mode and cannot leave it for the dump: database is locked');
    expect(await getJson<State>(PORT, '/')).toMatchObject({ mode: 'wal' });
    other.child.kill('SIGKILL');
    await other.ended;
    await checkpoint(place, program, image);
    const [copy] = restoreTwice(place, { image, port: PORT });
    expect(await getJson<State>(PORT, '/')).toMatchObject({ mode: 'wal' });
    copy?.child.kill('SIGKILL');
  });
});
