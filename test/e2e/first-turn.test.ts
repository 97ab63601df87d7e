import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(1);
const SERVER = join(PROGRAMS, 'http-server.js');

/** Names of functions of the preload that V8 has compiled, as `--log-function-events` notes it. */
function compiled(log: string): string[] {
  const lines = log.split('\n').map((line) => line.split(','));
  const own = lines.find(
    ([kind, , name]) => kind === 'script-details' && name?.endsWith('/register.cjs'),
  )?.[1];
  return lines
    .filter(([kind, event, script]) => kind === 'function' && event === 'interpreter' && script === own)
    .map(([, , , start, end, , , name]) => `${name || 'without a name'} at ${start} to ${end}`);
}

describe.each(['criu', 'direct'])('engine %s', (engine) => {
  test('a copy compiles nothing of ours, and collects no garbage, before it answers', async () => {
    const log = place.path('v8.log');
    const flags = ['--log-function-events', `--logfile=${log}`, '--no-logfile-per-isolate', '--trace-gc'];
    const server = place.path('server.js');
    copyFileSync(SERVER, server); // to where there are no packages that adapters know
    const words = ['--engine', engine, '--', ...flags, server];
    const program = run(place, { image, words, port: PORT });
    for (let i = 1; i <= 6; i++) expect(await getJson(PORT)).toMatchObject({ count: i });
    await checkpoint(place, program, image);
    const before = readFileSync(log, 'utf8');
    expect(compiled(before).length).toBeGreaterThan(100);
    const copy = place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toMatchObject({ count: 7 });
    expect(compiled(readFileSync(log, 'utf8')).slice(compiled(before).length)).toEqual([]);
    await end(place, [copy]);
    expect(program.stdout()).toContain(' ms: Scavenge ');
    expect(copy.stdout()).not.toContain(' ms: ');
  });

  test('of several values of a variable the last counts, also where it is the one of the checkpoint', async () => {
    const value = (name: string) => get(PORT, `/env?name=${name}`).then((text) => JSON.parse(text).value);
    const env = { KEPT: 'kept', TAKEN: 'old', GONE: 'gone', EMPTY: '', FACE: '😀' };
    const program = run(place, { image, words: ['--engine', engine, SERVER], port: PORT, env });
    expect(await value('GONE')).toBe('gone');
    await checkpoint(place, program, image);
    writeFileSync(place.path('more.env'), 'KEPT=kept\nTAKEN=new\n');
    const copy = place.start(CRAC, ['restore', image, '--env-file', 'more.env'], {
      env: { KEPT: 'other', TAKEN: 'old', EMPTY: '', FACE: '😀', ADDED: 'added' },
    });
    const names = ['KEPT', 'TAKEN', 'GONE', 'EMPTY', 'FACE', 'ADDED'];
    const values = await Promise.all(names.map(value));
    expect(values).toEqual(['kept', 'new', null, '', '😀', 'added']);
    await end(place, [copy]);
  });
});

/** Returns, from `/proc/PID/smaps`, the KiB that are the process's own in what it may only read, by file. */
function ownReadOnly(pid: number): [string, number][] {
  const mappings = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return mappings.flatMap((text): [string, number][] => {
    const [, file] = text.match(/^\S+ r--p .* (\/\S+)/) ?? [];
    const own = Number(text.match(/^Private_Dirty: +(\d+)/m)?.[1]);
    return file && own > 0 ? [[file, own]] : [];
  });
}

test('engine direct: what the dynamic linker has made read-only is not copied for each copy', async () => {
  const program = run(place, { image, words: ['--engine', 'direct', SERVER], port: PORT });
  await getJson(PORT);
  const pid = Number(readFileSync(place.path('run', String(program.pid), 'program'), 'utf8'));
  expect(ownReadOnly(pid).length).toBeGreaterThan(3);
  await checkpoint(place, program, image);
  const copy = place.start(CRAC, ['restore', image]);
  await getJson(PORT);
  expect(ownReadOnly(copy.pid)).toEqual([]);
  await end(place, [copy]);
});
