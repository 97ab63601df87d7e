import { spawn } from 'node:child_process';
import { CommandError, EXIT } from '../base/command-error.ts';
import { sendSignal } from '../base/processes.ts';
import { Output } from './output.ts';

/**
 * Runs a warm-up script to its end, with the program's address in CRAC_BASE_URL (without a slash at its end).
 *
 * @throws CommandError when it does not end with 0
 */
export function runScript(
  { node, script, base }: { node: string; script: string; base: URL | undefined },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(node, [script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that what it starts can be ended with it
    env: { ...process.env, ...(base && { CRAC_BASE_URL: base.origin }) },
  });
  const output = new Output();
  output.read(child.stdout);
  output.read(child.stderr);
  const end = () => endGroup(child.pid);
  signal.addEventListener('abort', end);
  return new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) => {
      endGroup(child.pid); // what it left running
      if (code === 0) return resolve();
      const how = by === null ? `exit code ${code}` : by;
      reject(
        signal.aborted
          ? signal.reason
          : new CommandError(`the warm-up script ${script} ended with ${how}${output.tail()}`, EXIT.failed),
      );
    });
  }).finally(() => signal.removeEventListener('abort', end));
}

function endGroup(pid: number | undefined): void {
  if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
}
