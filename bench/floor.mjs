// The floor: the least that a process costs, and the least that CRIU can restore.
import { join } from 'node:path';
import { compile, dumpTrivial, timeTrivial } from './by-hand.mjs';
import { runAlone } from './context.mjs';
import { interleaved, now, run, start } from './measure.mjs';
import { cell, table as markdown } from './report.mjs';

export async function measure({ crac, criu, work, env, quick, note }) {
  note('the floor');
  await run(crac, ['engine', 'install', '--if-needed'], { env }); // warms the cache of kernel features
  const trivial = compile(work, 'trivial');
  const images = await dumpTrivial(criu, trivial, join(work, 'trivial-images'));
  const forkAndExec = async () => {
    const began = now();
    await start(trivial, []).ended;
    return now() - began;
  };
  const byCriu = () => timeTrivial(criu, images, join(env.CRAC_RUNTIME_DIR, 'criu.kdat'));
  return interleaved({ 'fork and exec': forkAndExec, 'CRIU restores it': byCriu }, quick ? 5 : 11);
}

export const table = (results) =>
  `The floor:\n\n${markdown(
    ['a static C program that does nothing', 'ms'],
    Object.entries(results).map(([name, one]) => [name, cell(one)]),
  )}\n`;

await runAlone(import.meta.url, { measure, table });
