import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './process.mjs';

const root = join(import.meta.dirname, '../..');
const crac = join(root, 'bin/crac');
const middle = join(import.meta.dirname, 'middle.cjs');

/** The options of node that a test asks for in its head. */
function flagsOf(path) {
  const [, flags = ''] = /^\/\/ Flags:(.*)$/m.exec(readFileSync(path, 'utf8').slice(0, 3000)) ?? [];
  return flags.split(/\s+/).filter(Boolean);
}

/** Makes the places of a test anew, as Node's own runner does, so that no run finds what another has left. */
function fresh({ place, slot, engine }) {
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(join(place, 'test'), { recursive: true });
  return {
    ...process.env,
    NODE_TEST_DIR: join(place, 'test'),
    TEST_THREAD_ID: String(slot),
    TEST_SERIAL_ID: String(slot),
    CRAC_RUNTIME_DIR: join(place, 'run'),
    CRAC_ENGINE: engine,
  };
}

const heard = (path) =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

/** Numbers of processes, ports and times are another's in each run. */
const plain = (text, { place }) =>
  text
    .replaceAll(place, 'PLACE')
    .split('\n')
    .filter((line) => !line.startsWith('crac: note: '))
    .join('\n')
    .replace(/\d+(\.\d+)?/g, 'N');

/** What one run of a test was, to be compared with another. */
const outcome = ({ how, stdout, stderr }, where) =>
  JSON.stringify({ how, stdout: plain(stdout, where), stderr: plain(stderr, where) });

/** Runs a test as anybody would. */
export async function alone(path, where) {
  const env = fresh(where);
  const done = await run(where.node, [...flagsOf(path), path], {
    cwd: where.cwd,
    env,
    seconds: where.seconds,
  });
  return { ...done, outcome: outcome(done, where) };
}

/**
 * Runs a test under `crac run`, with a checkpoint and a restore in its middle; with no `turn` without them.
 *
 * @returns how it ended, all that it said, and what became of the checkpoint
 */
export async function withMiddle(path, where, turn) {
  const env = fresh(where);
  const [image, said] = [join(where.place, 'image'), join(where.place, 'said')];
  const library = join(root, 'dist/index.cjs');
  const setting = JSON.stringify({ library, said, turn: turn ?? 1e9, tries: where.tries });
  const words = ['run', '--strict', '--node', where.node, '--image', image, '--', '--require', middle];
  const options = { cwd: where.cwd, seconds: where.seconds * 2 };
  const begun = await run(crac, [...words, ...flagsOf(path), path], {
    ...options,
    env: { ...env, CRAC_MIDDLE: setting },
  });
  if (!existsSync(image)) {
    const [stderr] = begun.stderr.split(/^crac: /m); // the agent, when the test had ended
    return { ...begun, outcome: outcome({ ...begun, stderr }, where), heard: heard(said), is: 'whole' };
  }
  const ended = await run(crac, ['restore', image], { ...options, env });
  const both = {
    how: ended.how,
    stdout: begun.stdout + ended.stdout,
    stderr: begun.stderr + ended.stderr,
  };
  return { ...both, outcome: outcome(both, where), heard: heard(said), is: 'restored' };
}

export const nameOf = (path) => basename(path).replace(/\.m?js$/, '');
