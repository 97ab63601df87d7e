// What it costs to run under `crac run` without ever making a checkpoint.
import { join } from 'node:path';
import { runAlone } from './context.mjs';
import { requests } from './load.mjs';
import { firstResponse, free, now, start, stop, summary } from './measure.mjs';
import { memoryOf, processesBelow } from './memory.mjs';
import { cell, table as markdown } from './report.mjs';

const PROGRAMS = ['http-server', 'express', 'nest'];
const WARM = 3000;
const COUNTED = 10_000;

async function once(context, program, command, words) {
  const began = now();
  const running = start(command, words, { env: { ...context.env, ...program.env } });
  try {
    await firstResponse(context.port, running, program.path);
    const startup = now() - began;
    await requests(context.port, program.path, WARM);
    const from = now();
    await requests(context.port, program.path, COUNTED);
    const perSecond = (COUNTED * 1000) / (now() - from);
    const memory = processesBelow(running.child.pid).map(memoryOf);
    return { startup, perSecond, pss: memory.reduce((sum, { pss }) => sum + pss, 0) / 1024 };
  } finally {
    await stop(running);
    await free(context.port);
  }
}

export async function measure(context) {
  const results = {};
  for (const program of context.programs.filter(({ name }) => PROGRAMS.includes(name))) {
    context.note(`${program.name}: cost of crac run`);
    const image = join(context.work, 'never');
    const ways = {
      node: [process.execPath, [program.file]],
      'crac run': [context.crac, ['run', '--image', image, program.file]],
    };
    const all = { node: [], 'crac run': [] };
    for (let round = 0; round < (context.quick ? 1 : 5); round++)
      for (const [way, [command, words]] of Object.entries(ways))
        all[way].push(await once(context, program, command, words));
    results[program.name] = Object.fromEntries(
      Object.entries(all).map(([way, list]) => [
        way,
        Object.fromEntries(
          ['startup', 'perSecond', 'pss'].map((key) => [key, summary(list.map((one) => one[key]))]),
        ),
      ]),
    );
  }
  return results;
}

export const table = (results) =>
  `Running under \`crac run\`, without a checkpoint (memory after ${WARM + COUNTED} requests, all processes together):\n\n${markdown(
    ['program', 'by', 'first response, ms', 'requests per second', 'PSS, MiB'],
    Object.entries(results).flatMap(([name, ways]) =>
      Object.entries(ways).map(([way, { startup, perSecond, pss }]) => [
        name,
        way,
        cell(startup),
        cell(perSecond),
        cell(pss),
      ]),
    ),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
