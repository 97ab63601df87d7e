import { spawnSync } from 'node:child_process';

/** The time in milliseconds for node to say its version. */
const LONGEST = 10_000;

/**
 * Tells whether node takes this option. Most it lists itself; for the others, which are V8's or not allowed in
 * NODE_OPTIONS, the binary is asked: what it does not know it refuses before it does anything.
 */
export function nodeKnows(option: string, node: string): boolean {
  const [name = option] = option.split('=');
  if (process.allowedNodeEnvironmentFlags.has(name) || /^-[a-z]{1,2}$/.test(name)) return true;
  const { status, stderr } = spawnSync(node, [option, '--version'], {
    encoding: 'utf8',
    timeout: LONGEST,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return !(status === 9 && /bad option/.test(stderr));
}
