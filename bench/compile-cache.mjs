// Node's own way to start faster, the compile cache (since 22.1), beside a restore: all on Node 22.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runAlone } from './context.mjs';
import { firstResponse, free, interleaved, start, stop, timeToResponse } from './measure.mjs';
import { installed } from './programs.mjs';
import { cell, table as markdown } from './report.mjs';

const EXIT_ON_TERM = join(import.meta.dirname, 'programs/exit-on-term.cjs');
const METHODS = ['cold', 'cold, compile cache', 'crac restore'];

async function fill({ port }, program, node, env) {
  const running = start(node, ['--require', EXIT_ON_TERM, program.file], { env });
  await firstResponse(port, running, program.path);
  await stop(running, 'SIGTERM');
  await free(port);
  if (readdirSync(env.NODE_COMPILE_CACHE).length === 0) throw new Error('node has written no compile cache');
}

export async function measure(context) {
  const { node22 } = installed('node22');
  const cache = join(context.work, 'compile-cache');
  mkdirSync(cache);
  const programs = {};
  for (const program of context.programs) {
    const env = { ...context.env, ...program.env };
    const image = await context.image(program, { node: node22 });
    const by =
      (command, words, more = {}) =>
      () =>
        timeToResponse(context.port, program.path, command, words, { env: { ...env, ...more } });
    context.note(`${program.name}: compile cache`);
    await fill(context, program, node22, { ...env, NODE_COMPILE_CACHE: cache });
    programs[program.name] = await interleaved(
      {
        cold: by(node22, [program.file]),
        'cold, compile cache': by(node22, [program.file], { NODE_COMPILE_CACHE: cache }),
        'crac restore': by(context.crac, ['restore', image]),
      },
      context.quick ? 3 : 7,
    );
  }
  return { node: execFileSync(node22, ['--version'], { encoding: 'utf8' }).trim(), programs };
}

export const table = ({ node, programs }) =>
  `Beside Node's compile cache (all on Node ${node}; Node 20 has none), ms to the first response:\n\n${markdown(
    ['program', ...METHODS],
    Object.entries(programs).map(([name, times]) => [name, ...METHODS.map((method) => cell(times[method]))]),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
