import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, PROGRAMS, pause, type Running } from '../support/crac.ts';
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

const beside = (): string[] =>
  readdirSync(place.directory)
    .filter((name) => name.startsWith('image.'))
    .sort();

const leaveRunning = () => place.crac('checkpoint', image, '--leave-running');

/** Looks at the place as fast as it can, in a process of its own, and counts how often there is no image. */
function lookout(): ChildProcess {
  return spawn(process.execPath, [
    '-e',
    `const { existsSync } = require('fs'); const path = process.argv[1];
    let seen = 0, lost = 0;
    process.stdin.on('end', () => { console.log(JSON.stringify({ seen, lost })); process.exit(); }).resume();
    setImmediate(function look() {
      for (let i = 0; i < 2000; i++) { seen++; if (!existsSync(path)) lost++; }
      setImmediate(look);
    });`,
    join(image, 'restore.conf'),
  ]);
}

test('an image is there at every moment while another takes its place', async () => {
  const running = await start();
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  const watching = lookout();
  for (let i = 0; i < 3; i++) {
    const before = statSync(image).ino;
    expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(image).ino).not.toBe(before);
    expect(beside()).toEqual([]);
  }
  let said = '';
  watching.stdout?.on('data', (text) => {
    said += text;
  });
  watching.stdin?.end();
  await new Promise((resolve) => watching.on('close', resolve));
  const { seen, lost } = JSON.parse(said) as { seen: number; lost: number };
  expect(seen).toBeGreaterThan(1000);
  expect(lost).toBe(0);
  running.child.kill('SIGTERM');
  await running.ended;
});

/** A directory as a command leaves it that is killed: half an image. */
function leftover(name: string): string {
  mkdirSync(place.path(name), { mode: 0o700 });
  writeFileSync(place.path(name, 'pages-1.img'), 'secret');
  writeFileSync(place.path(name, 'dump4.log'), '');
  return name;
}

/** A number that no process has. */
const NOBODY = 4_194_303;

test('what killed commands left is removed by the next, and nothing else', async () => {
  const running = await start();
  const dead = [
    leftover(`image.partial-${NOBODY}`),
    leftover(`image.old-${NOBODY}`),
    leftover(`image.partial-${NOBODY}-0123abcd`),
    leftover(`image.partial-${process.pid}-0123abcd`), // a number that is used again, as in containers
  ];
  const kept = [
    leftover(`image.partial-${process.pid}`), // of an older version, which took no lock, at work
    leftover('image.partial-of-mine'),
    leftover(`image.old-2026-${NOBODY}`),
    leftover(`image2.partial-${NOBODY}`),
    leftover(`image.new-${NOBODY}`),
  ];
  mkdirSync(place.path(`image.partial-${NOBODY}0`));
  writeFileSync(place.path(`image.partial-${NOBODY}0`, 'notes.txt'), 'mine');
  kept.push(`image.partial-${NOBODY}0`);
  writeFileSync(place.path(`image.old-${NOBODY}1`), 'a file');
  kept.push(`image.old-${NOBODY}1`);
  if (process.getuid?.() === 0) {
    kept.push(leftover(`image.partial-${NOBODY}2`));
    chownSync(place.path(`image.partial-${NOBODY}2`), 65534, 65534);
  }
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  const there = readdirSync(place.directory);
  expect(dead.filter((name) => there.includes(name))).toEqual([]);
  expect(kept.filter((name) => !there.includes(name))).toEqual([]);
  running.child.kill('SIGTERM');
  await running.ended;
});

test('a command that works at the same time keeps what it makes', async () => {
  const running = await start();
  expect(await leaveRunning()).toMatchObject({ code: 0 });
  const first = place.start(CRAC, ['image', 'compress', image, '--level', '19']);
  // It has locked its directory before it writes there.
  while (!beside().some((name) => readdirSync(place.path(name)).length > 0)) await pause(1);
  first.child.kill('SIGSTOP');
  const [working] = beside();
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  expect(beside()).toEqual([working]);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  expect(beside()).toEqual([]);
  running.child.kill('SIGTERM');
  await running.ended;
});
