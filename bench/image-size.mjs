// What a checkpoint costs: time, bytes, and what compression for storage makes of them.
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runAlone } from './context.mjs';
import { FEW_REQUESTS } from './images.mjs';
import { firstResponse, now, run, start, stop, summary } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

const FORMS = ['plain', 'cow'];

/** Counts the bytes on the disk; holes count for nothing. */
export const onDisk = (image) =>
  readdirSync(image).reduce((sum, name) => sum + statSync(join(image, name)).blocks * 512, 0);

async function dumps(context, program, rounds) {
  const env = { ...context.env, ...program.env };
  const image = join(context.work, 'dumped');
  const running = start(context.crac, ['run', '--image', image, program.file], { env });
  const results = { plain: [], cow: [] };
  try {
    for (let i = 0; i < FEW_REQUESTS; i++) await firstResponse(context.port, running, program.path);
    for (let round = 0; round <= rounds; round++)
      for (const form of FORMS) {
        const words = ['checkpoint', image, '--image-form', form, '--leave-running', '--json'];
        const began = now();
        const { frozen } = JSON.parse(await run(context.crac, words, { env }));
        if (round > 0) results[form].push({ took: now() - began, size: onDisk(image), frozen });
      }
    return results;
  } finally {
    await stop(running);
    rmSync(image, { recursive: true, force: true });
  }
}

async function storage(context, program) {
  const env = context.env;
  const copy = join(context.work, 'stored');
  cpSync(await context.image(program), copy, { recursive: true });
  const of = async (action) =>
    JSON.parse(await run(context.crac, ['image', action, copy, '--json'], { env }));
  const [compress, decompress] = [await of('compress'), await of('decompress')];
  rmSync(copy, { recursive: true });
  return {
    compressed: compress.compressed,
    compress: compress.milliseconds,
    decompress: decompress.milliseconds,
  };
}

export async function measure(context) {
  const results = {};
  for (const program of context.programs) {
    context.note(`${program.name}: checkpoints and compression`);
    const all = await dumps(context, program, context.quick ? 1 : 3);
    const forms = FORMS.map((form) => [
      form,
      {
        size: all[form].at(-1).size,
        took: summary(all[form].map(({ took }) => took)),
        frozen: summary(all[form].map(({ frozen }) => frozen)),
      },
    ]);
    results[program.name] = { ...Object.fromEntries(forms), stored: await storage(context, program) };
  }
  return results;
}

const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);

export const table = (results) =>
  `Checkpoints: ms of the whole command, ms for which the program stands still, MiB on disk; zstd at level 3, comparison included:\n\n${markdown(
    ['program', 'form', 'command', 'stands still', 'MiB', 'MiB compressed', 'compress, ms', 'decompress, ms'],
    Object.entries(results).flatMap(([name, { stored, ...forms }]) =>
      FORMS.map((form) => [
        name,
        form,
        cell(forms[form].took),
        cell(forms[form].frozen),
        mib(forms[form].size),
        ...(form === 'cow' ? [mib(stored.compressed), stored.compress, stored.decompress] : ['', '', '']),
      ]),
    ),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
