// Time from the start of the command until the first N requests are answered: the code comes warm with the image.
import { runAlone } from './context.mjs';
import { onDisk } from './image-size.mjs';
import { requests } from './load.mjs';
import { firstResponse, free, now, start, stop, summary } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

const MARKS = [200, 1000, 10_000];
/**
 * The name of a run with `crac checkpoint --collect young`: a larger image that keeps optimised code
 * (docs/checkpoint.md).
 */
const YOUNG = 'restored, --collect young';

async function once(context, program, command, words) {
  const began = now();
  const running = start(command, words, { env: { ...context.env, ...program.env } });
  try {
    await firstResponse(context.port, running, program.path);
    return await requests(context.port, program.path, MARKS.at(-1), MARKS, began);
  } finally {
    await stop(running);
    await free(context.port);
  }
}

export async function measure(context) {
  const results = {};
  for (const program of context.programs.filter(({ name }) => !name.startsWith('heap'))) {
    const image = await context.image(program, { requests: MARKS.at(-1) });
    const young = await context.image(program, { requests: MARKS.at(-1), collect: 'young' });
    context.note(`${program.name}: the first ${MARKS.join(', ')} requests`);
    const ways = {
      cold: [process.execPath, [program.file]],
      restored: [context.crac, ['restore', image]],
      [YOUNG]: [context.crac, ['restore', young]],
    };
    const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
    for (let round = 0; round < (context.quick ? 1 : 3); round++)
      for (const [way, [command, words]] of Object.entries(ways))
        times[way].push(await once(context, program, command, words));
    const sizes = { restored: onDisk(image), [YOUNG]: onDisk(young) };
    results[program.name] = Object.fromEntries(
      Object.entries(times).map(([way, all]) => [
        way,
        {
          ...Object.fromEntries(MARKS.map((mark) => [mark, summary(all.map((one) => one[mark]))])),
          ...(sizes[way] && { size: sizes[way] }),
        },
      ]),
    );
  }
  return results;
}

export const table = (results) =>
  `Until the first N requests are answered, ms (4 connections; the image was made after ${MARKS.at(-1)} requests), and MiB of the image on disk:\n\n${markdown(
    ['program', 'start', ...MARKS.map(String), 'MiB'],
    Object.entries(results).flatMap(([name, ways]) =>
      Object.entries(ways).map(([way, times]) => [
        name,
        way,
        ...MARKS.map((mark) => cell(times[mark])),
        times.size ? (times.size / 2 ** 20).toFixed(1) : '',
      ]),
    ),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
