// A program that goes on after its checkpoint (`--leave-running`), by both engines in turn: for how long it stands still,
// and for how long a client waits that asks all the time, by a small client in C.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compile } from './by-hand.mjs';
import { runAlone } from './context.mjs';
import { firstResponse, start, stop, summary } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

const ENGINES = ['criu', 'direct'];
const PROGRAMS = ['http-server', 'heap 300 MB'];

/** Starts the program by each engine, on a port of its own. */
async function begin(context, program, engine, i) {
  const port = context.port + i;
  const env = { ...context.env, ...program.env, PORT: String(port) };
  const image = join(context.work, `left-running-${engine}`);
  const [command, ...words] = [...context.prefix, context.crac];
  const asked = ['run', '--engine', engine, '--image', image, program.file];
  const running = start(command, [...words, ...asked], { env });
  for (let n = 0; n < 6; n++) await firstResponse(port, running, program.path);
  return { engine, port, env, image, running };
}

/** Makes one checkpoint while the client asks; all in milliseconds. */
function checkpoint({ prefix, crac }, client, program, { port, env, image }) {
  const asked = [crac, 'checkpoint', image, '--leave-running', '--json'];
  const [command, ...words] = [...prefix, client, String(port), program.path, ...asked];
  const { status, stdout, stderr } = spawnSync(command, words, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${asked.join(' ')}: ${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  return { gap: Number(lines.pop()), frozen: JSON.parse(lines.join('\n')).frozen };
}

async function both(context, program, client) {
  const all = [];
  try {
    for (const [i, engine] of ENGINES.entries()) all.push(await begin(context, program, engine, i));
    const results = Object.fromEntries(ENGINES.map((engine) => [engine, { frozen: [], gap: [] }]));
    for (let round = 0; round <= (context.quick ? 3 : 11); round++)
      for (const one of all) {
        const { frozen, gap } = checkpoint(context, client, program, one);
        if (round === 0) continue;
        results[one.engine].frozen.push(frozen);
        results[one.engine].gap.push(gap);
      }
    return Object.fromEntries(
      Object.entries(results).map(([engine, { frozen, gap }]) => [
        engine,
        { frozen: summary(frozen), gap: summary(gap) },
      ]),
    );
  } finally {
    for (const { running } of all) await stop(running);
  }
}

export async function measure(context) {
  const client = compile(context.work, 'longest-gap');
  const results = {};
  for (const program of context.programs.filter(({ name }) => PROGRAMS.includes(name))) {
    context.note(`${program.name}: checkpoints that leave it running`);
    results[program.name] = await both(context, program, client);
  }
  return results;
}

const ratio = ({ criu, direct }, what) => (criu[what].median / direct[what].median).toFixed(1);

export const table = (results) =>
  `A program that goes on after its checkpoint, ms: for how long it stands still, and the longest time between two responses to a client in C that asks all the time:\n\n${markdown(
    ['program', ...ENGINES.map((engine) => `stands still, ${engine}`), 'criu / direct'].concat(
      ENGINES.map((engine) => `longest gap, ${engine}`),
      'criu / direct',
    ),
    Object.entries(results).map(([name, one]) => [
      name,
      ...ENGINES.map((engine) => cell(one[engine].frozen)),
      ratio(one, 'frozen'),
      ...ENGINES.map((engine) => cell(one[engine].gap)),
      ratio(one, 'gap'),
    ]),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
