// What it costs that the program's random bytes are remembered: processor time of one draw, with and without crac run,
// and what the difference is of a request that draws one id.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, runAlone } from './context.mjs';
import { table as markdown } from './report.mjs';

const PROGRAM = join(root, 'bench/programs/random-ids.cjs');

function once(context, command, words) {
  const { stdout, stderr, status } = spawnSync(command, words, {
    env: { ...process.env, ...context.env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

export async function measure(context) {
  const ways = {
    node: [process.execPath, [PROGRAM]],
    'crac run': [context.crac, ['run', '--image', join(context.work, 'never'), PROGRAM]],
  };
  const best = { node: {}, 'crac run': {} };
  for (let round = 0; round < (context.quick ? 3 : 9); round++) {
    context.note(`random ids: round ${round + 1}`);
    for (const [way, [command, words]] of Object.entries(ways))
      for (const [kind, time] of Object.entries(once(context, command, words)))
        best[way][kind] = Math.min(best[way][kind] ?? Number.POSITIVE_INFINITY, time);
  }
  return best;
}

export function table({ node, 'crac run': run }) {
  const request = node['one request'];
  const rows = Object.keys(node).map((kind) => {
    const more = run[kind] - node[kind];
    return [
      kind,
      node[kind].toFixed(2),
      run[kind].toFixed(2),
      kind === 'one request' ? '' : `${((100 * more) / request).toFixed(1)} %`,
    ];
  });
  return `Random bytes that are remembered: processor time, least of all rounds, in µs:\n\n${markdown(
    ['draw', 'node', 'crac run', 'more, of one request'],
    rows,
  )}\n`;
}

await runAlone(import.meta.url, { measure, table });
