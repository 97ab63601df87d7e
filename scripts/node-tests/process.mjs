import { spawn } from 'node:child_process';

/** Runs a command to its end, with all that it has started; what runs too long is ended. */
export function run(command, words, { cwd, env, seconds }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('latin1').on('data', (text) => {
        if (output[name].length < 1e6) output[name] += text;
      });
    const endAll = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing of it is left.
      }
    };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endAll();
    }, seconds * 1000);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      // Children of the test may have the streams still.
      const closed = setTimeout(endAll, 2000);
      child.on('close', () => {
        clearTimeout(closed);
        endAll();
        resolve({ how: isLate ? `nothing in ${seconds} s` : (signal ?? code), ...output });
      });
    });
  });
}
