import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { pause, type Running } from './crac.ts';
import { place } from './own-place.ts';
import type { As } from './user.ts';

/** Writes a script of the test's own, readable by everybody. */
export function script(name: string, text: string): string {
  const path = place.path(name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

/** A program that prints what it may do and what time it is, and a tick every 50 ms; it says hello to SIGUSR2. */
export const SELF = `
const { readFileSync } = require('node:fs');
const status = readFileSync('/proc/self/status', 'utf8');
const field = (name) => status.match(new RegExp('^' + name + ':\\\\s+(.*)$', 'm'))[1];
console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), capabilities: field('CapEff') }));
let tick = 0;
setInterval(() => console.log('tick', ++tick, Number(process.hrtime.bigint() / 1000000n)), 50);
process.on('SIGUSR2', () => console.log('hello'));
process.on('SIGTERM', () => process.exit(9));
`;

export const ticks = (text: string) =>
  [...text.matchAll(/^tick (\d+) (\d+)$/gm)].map(([, tick, time]) => ({
    tick: Number(tick),
    time: Number(time),
  }));

export async function checkpoint(as: As, ...more: string[]): Promise<void> {
  const ended = await as.crac('checkpoint', as.path('image'), ...more);
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
}

/** Returns the PID, as seen from here, of the program that a `crac` command has started. */
export async function programPid(running: Running): Promise<number> {
  const children = (pid: number) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  let pid = running.pid;
  for (let depth = 0; depth < 3; depth++) {
    while (children(pid).length === 0) await pause(10);
    pid = Number(children(pid)[0]);
  }
  return pid;
}
