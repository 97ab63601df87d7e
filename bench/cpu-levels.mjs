// What `crac run --cpu` costs: the same program with all of this CPU, and with less of it, in turns.
import { join } from 'node:path';
import { runAlone } from './context.mjs';
import { requests } from './load.mjs';
import { firstResponse, free, now, start, stop, summary } from './measure.mjs';
import { processorTime } from './processor-time.mjs';
import { cell, table as markdown } from './report.mjs';

const LEVELS = ['native', 'x86-64-v3', 'x86-64-v2', 'baseline'];
const PROGRAMS = ['http-server', 'express', 'nest'];
const WORK = ['sha256', 'aes', 'gzip', 'base64', 'utf8', 'json', 'numbers'];
const WARM = 3000;
const COUNTED = 10_000;

/** A request of these is work that takes longer than a request. */
const kindsOfWork = WORK.map((kind) => ({
  name: kind,
  file: join(import.meta.dirname, 'programs/cpu-work.cjs'),
  path: `/${kind}`,
  env: {},
  requests: [300, 1500],
}));

async function once(context, program, level) {
  const words = ['run', '--cpu', level, '--image', join(context.work, 'never'), program.file];
  const began = now();
  const [command, ...all] = [...context.prefix, context.crac, ...words];
  const running = start(command, all, { env: { ...context.env, ...program.env } });
  try {
    await firstResponse(context.port, running, program.path);
    const startup = now() - began;
    const [warm, counted] = program.requests ?? [WARM, COUNTED];
    await requests(context.port, program.path, warm);
    const [from, used] = [now(), processorTime(running.child.pid)];
    await requests(context.port, program.path, counted);
    const perSecond = (counted * 1000) / (now() - from);
    // What others do on the machine takes time, but little of the processor's time for one request.
    return { startup, perSecond, work: (processorTime(running.child.pid) - used) / counted };
  } finally {
    await stop(running);
    await free(context.port);
  }
}

export async function measure(context) {
  const results = {};
  const servers = context.programs.filter(({ name }) => PROGRAMS.includes(name));
  for (const program of [...servers, ...kindsOfWork]) {
    context.note(`${program.name}: levels of the CPU`);
    const all = Object.fromEntries(LEVELS.map((level) => [level, []]));
    for (let round = 0; round < (context.quick ? 2 : 7); round++)
      for (const level of LEVELS) all[level].push(await once(context, program, level));
    results[program.name] = Object.fromEntries(
      Object.entries(all).map(([level, list]) => [
        level,
        {
          startup: summary(list.map(({ startup }) => startup)),
          perSecond: summary(list.map(({ perSecond }) => perSecond)),
          // Each round is compared with its own native: other work on the machine hits both.
          ratio: summary(list.map(({ perSecond }, round) => perSecond / all.native[round].perSecond)),
          work: summary(list.map(({ work }, round) => all.native[round].work / work)),
        },
      ]),
    );
  }
  return results;
}

const share = ({ median, min, max }) => `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;

export const table = (results) =>
  `What \`--cpu\` costs, requests per second once warm:\n\n${markdown(
    [
      'program',
      'level',
      'first response, ms',
      'requests per second',
      'of native',
      'per CPU second, of native',
    ],
    Object.entries(results).flatMap(([name, levels]) =>
      Object.entries(levels).map(([level, { startup, perSecond, ratio, work }]) => [
        name,
        level,
        cell(startup),
        cell(perSecond),
        share(ratio),
        share(work),
      ]),
    ),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
