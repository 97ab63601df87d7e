// Programs of others, and what they say when they fail.
import { spawnSync } from 'node:child_process';

export const commandExists = (name) =>
  spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;

/** @returns {string} standard output; throws with what it said where it failed */
export function output(file, args, options = {}) {
  const { error, status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    ...options,
  });
  if (error) throw new Error(`${file}: ${error.message}`);
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

export const say = (text) => process.stderr.write(`release: ${text}\n`);
