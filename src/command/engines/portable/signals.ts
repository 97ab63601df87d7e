import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED: NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGQUIT',
  'SIGBREAK',
];

/** Signals that a terminal sends to all processes in its foreground: the program has them already. */
const FROM_TERMINAL = new Set<NodeJS.Signals>(['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGBREAK']);

/** @returns a function that gives the signals their default effect back */
export function forwardSignals(
  child: ChildProcess,
  { checkpointSignal, checkpoint }: { checkpointSignal: NodeJS.Signals | undefined; checkpoint: () => void },
): () => void {
  const atTerminal = process.stdin.isTTY === true;
  const listeners: [NodeJS.Signals, () => void][] = FORWARDED.filter(
    (name) => name in constants.signals && name !== checkpointSignal,
  ).map((name) => [
    name,
    () => {
      if (!(atTerminal && FROM_TERMINAL.has(name))) child.kill(name);
    },
  ]);
  if (checkpointSignal) listeners.push([checkpointSignal, checkpoint]);
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}

/**
 * Ends this process as the program ended.
 * @returns the shell's code for it where the platform has no such end
 */
export async function endAs(signal: NodeJS.Signals): Promise<number> {
  process.kill(process.pid, signal);
  // The signal comes with the next turn of the loop, or never: a platform without signals, or PID 1 in a container.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return 128 + constants.signals[signal];
}
