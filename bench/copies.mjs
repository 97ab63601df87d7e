// Copies of one image side by side: memory of each, and how fast they come. By a small client in C, because one in
// Node would take the processors from what it measures.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compile } from './by-hand.mjs';
import { runAlone } from './context.mjs';
import { median, pause, summary } from './measure.mjs';
import { memoryOfTrees } from './memory.mjs';
import { cell, table as markdown } from './report.mjs';

const LANES = 2;

/** How the image is made for a kind; the others have the usual one. */
const HOW = { plain: { form: 'plain' }, criu: { engine: 'criu' }, direct: { engine: 'direct' } };

/** The bytes that a copy of each kind takes at most, to leave out what would not fit. */
const ROOM = { plain: 160e6, 'copy-on-write': 12e6, 'copy-on-write, private network': 12e6, cold: 250e6 };

export async function copies(context, program, kind, count) {
  const { crac, port, env, work } = context;
  const image = kind === 'cold' ? '' : await context.image(program, HOW[kind] ?? {});
  const commands = {
    criu: [join(image, 'restore'), '--listen', `${port}={to}`],
    direct: [join(image, 'restore'), '--listen', `${port}={to}`],
    cold: ['env', 'PORT={to}', process.execPath, program.file],
    plain: [crac, 'restore', image, '--listen', `${port}={to}`],
    'copy-on-write': [crac, 'restore', image, '--listen', `${port}={to}`],
    'copy-on-write, private network': [
      crac,
      'restore',
      image,
      '--network',
      'private',
      '--publish',
      `{to}:${port}`,
    ],
  };
  const client = compile(work, 'copies');
  const words = [client, String(count), String(LANES), String(port + 10), program.path, ...commands[kind]];
  const [command, ...rest] = [...context.prefix, ...words];
  const child = spawn(command, rest, { env: { ...env, ...program.env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) =>
      Promise.reject(new Error(`copies of ${program.name}, ${kind}: the client ended with ${code}`)),
    ),
  ]);
  const { seconds, each, pids } = JSON.parse(line);
  await pause(300);
  const memory = memoryOfTrees(pids);
  child.stdin.end(); // it ends them
  await ended;
  return {
    copies: count,
    pss: median(memory.map(({ pss }) => pss)) / 1024,
    private: median(memory.map((one) => one.private)) / 1024,
    each: summary(each),
    perSecond: count / seconds,
  };
}

export async function measure(context) {
  const counts = context.quick ? [1, 10] : [1, 10, 100, 300];
  const results = {};
  for (const program of context.programs.filter(({ name }) => ['http-server', 'nest'].includes(name))) {
    const kinds = program.name === 'nest' ? Object.keys(ROOM) : ['copy-on-write'];
    results[program.name] = {};
    for (const kind of kinds)
      for (const count of kind === 'cold' ? counts.filter((n) => n <= 10) : counts) {
        if (count * ROOM[kind] > freemem() * 0.8) {
          context.note(`${program.name}, ${kind}: ${count} copies need more memory than is free; left out`);
          continue;
        }
        context.note(`${program.name}, ${kind}: ${count} copies`);
        results[program.name][kind] ??= [];
        results[program.name][kind].push(await copies(context, program, kind, count));
      }
  }
  return results;
}

export const table = (results) =>
  `Copies side by side, ${LANES} being started at any time; memory of each with its launcher, MiB (median):\n\n${markdown(
    ['program', 'started', 'copies', 'PSS', 'private', 'first response, ms', 'copies per second'],
    Object.entries(results).flatMap(([name, kinds]) =>
      Object.entries(kinds).flatMap(([kind, list]) =>
        list.map((one) => [
          name,
          kind,
          one.copies,
          one.pss.toFixed(1),
          one.private.toFixed(1),
          cell(one.each),
          one.perSecond.toFixed(1),
        ]),
      ),
    ),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
