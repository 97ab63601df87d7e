// Time to the first response: cold, by hand, by crac.

import { timeByHand } from './by-hand.mjs';
import { manifestOf, runAlone } from './context.mjs';
import { interleaved, timeToResponse } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

export const METHODS = ['cold', 'CRIU by hand', 'crac, plain image', 'crac, copy-on-write image'];

async function methods(context, program) {
  const { crac, criu, port } = context;
  const env = { ...context.env, ...program.env };
  const byHand = await context.image(program, { form: 'by-hand' });
  const restore = (image) => () => timeToResponse(port, program.path, crac, ['restore', image], { env });
  const cold = () => timeToResponse(port, program.path, process.execPath, [program.file], { env });
  const byCriu = () => timeByHand(criu, byHand, port, program.path);
  const images = [await context.image(program, { form: 'plain' }), await context.image(program)];
  return Object.fromEntries(METHODS.map((name, i) => [name, [cold, byCriu, ...images.map(restore)][i]]));
}

export async function measure(context) {
  const results = {};
  for (const program of context.programs) {
    const named = await methods(context, program);
    context.note(`${program.name}: time to the first response`);
    const times = await interleaved(named, context.quick ? 3 : 11);
    results[program.name] = { image: manifestOf(await context.image(program)).size, times };
  }
  return results;
}

export const table = (results) =>
  `Time to the first response, ms (size of the image in brackets):\n\n${markdown(
    ['program', ...METHODS],
    Object.entries(results).map(([name, { image, times }]) => [
      `${name} (${(image / 2 ** 20).toFixed(0)} MiB)`,
      ...METHODS.map((method) => cell(times[method])),
    ]),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
