// The engines beside each other and beside a cold start: by a small client in C, because one in Node asks too seldom for
// what takes a few milliseconds, and takes the processors from what it measures.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compile } from './by-hand.mjs';
import { runAlone } from './context.mjs';
import { copies } from './copies.mjs';
import { interleaved } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

const ENGINES = ['criu', 'direct'];
const PROGRAMS = ['http-server', 'express', 'nest', 'heap 300 MB'];
const COPIED = ['http-server', 'nest'];

/** Milliseconds that the client prints for one command. */
function once({ prefix }, client, port, path, command, env) {
  const [first, ...words] = [...prefix, client, String(port), path, ...command];
  const { status, stdout, stderr } = spawnSync(first, words, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  return Number(stdout);
}

async function firstResponses(context, program, client) {
  const { port } = context;
  const env = { ...context.env, ...program.env };
  const commands = { cold: [process.execPath, program.file] };
  for (const engine of ENGINES)
    commands[engine] = [join(await context.image(program, { engine }), 'restore')];
  context.note(`${program.name}: cold and each engine`);
  const named = Object.entries(commands).map(([name, command]) => [
    name,
    () => once(context, client, port, program.path, command, env),
  ]);
  return interleaved(Object.fromEntries(named), context.quick ? 5 : 15);
}

export async function measure(context) {
  const client = compile(context.work, 'first-byte');
  const trivial = compile(context.work, 'trivial');
  const chosen = (names) => context.programs.filter(({ name }) => names.includes(name));
  const results = { first: {}, copies: {} };
  for (const program of chosen(PROGRAMS))
    results.first[program.name] = await firstResponses(context, program, client);
  const floor = () => once(context, client, 0, '/', [trivial], context.env);
  results.floor = (await interleaved({ floor }, context.quick ? 5 : 15)).floor;
  for (const program of chosen(COPIED)) {
    results.copies[program.name] = {};
    for (const engine of ENGINES) {
      context.note(`${program.name}: copies, ${engine}`);
      const count = context.quick ? 10 : 100;
      results.copies[program.name][engine] = await copies(context, program, engine, count);
    }
  }
  return results;
}

const times = (a, b) => (a.median / b.median).toFixed(1);

const firstTable = ({ first, floor }) =>
  `Time to the first response by a client in C that asks every 0.1 ms, ms (fork and exec of a static program by the same clock: ${cell(floor)}):\n\n${markdown(
    ['program', 'cold', ...ENGINES, 'cold / direct', 'criu / direct'],
    Object.entries(first).map(([name, one]) => [
      name,
      cell(one.cold),
      ...ENGINES.map((engine) => cell(one[engine])),
      times(one.cold, one.direct),
      times(one.criu, one.direct),
    ]),
  )}\n`;

const copiesTable = ({ copies: all }) =>
  `Copies of each engine, two being started at any time; memory of each in MiB (median):\n\n${markdown(
    ['program', 'engine', 'copies', 'PSS', 'private', 'first response, ms', 'copies per second'],
    Object.entries(all).flatMap(([name, engines]) =>
      Object.entries(engines).map(([engine, one]) => [
        name,
        engine,
        one.copies,
        one.pss.toFixed(1),
        one.private.toFixed(1),
        cell(one.each),
        one.perSecond.toFixed(1),
      ]),
    ),
  )}\n`;

export const table = (results) => [firstTable(results), copiesTable(results)].join('\n');

await runAlone(import.meta.url, { measure, table });
