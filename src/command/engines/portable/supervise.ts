import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { type Launch, makeRecord } from '../../start/launch.ts';
import { portableEnvironment } from './environment.ts';
import { serveProgram, startAgent } from './parent-socket.ts';
import { endAs, forwardSignals } from './signals.ts';

/**
 * Carries out `crac run` for the engines that need nothing native: node as a child, on every platform. The program has
 * this process's own standard streams; this process only passes signals on and starts checkpoints.
 * @returns the program's exit code; where a signal ended the program, this process ends by the same one
 */
export async function superviseProgram(launch: Launch): Promise<number> {
  const record = makeRecord(launch);
  const removeRecord = () => rmSync(record, { recursive: true, force: true });
  process.on('exit', removeRecord);
  writeFileSync(join(record, 'mode'), process.getuid?.() === 0 ? 'root' : 'user', { mode: 0o600 });
  const server = await serveProgram(record);
  const { nodeOptions, script, args } = launch.program;
  const child = spawn(launch.node, [...nodeOptions, script, ...args], {
    stdio: 'inherit',
    env: portableEnvironment(launch.environment, record, launch.engine.name),
  });
  const ended = new Promise<[code: number | null, signal: NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new CommandError(`cannot start ${launch.node}: ${cause.message}`, EXIT.usage, { cause })),
    );
    child.on('exit', (code, signal) => resolve([code, signal]));
  });
  if (child.pid !== undefined) writeFileSync(join(record, 'program'), String(child.pid), { mode: 0o600 });
  const stopForwarding = forwardSignals(child, {
    checkpointSignal: signalName(launch.checkpointSignal),
    checkpoint: () => startAgent(record, { by: 'signal' }),
  });
  try {
    const [code, signal] = await ended;
    stopForwarding();
    removeRecord();
    return signal === null ? (code ?? EXIT.failed) : await endAs(signal);
  } finally {
    server.close();
  }
}

const signalName = (number: number): NodeJS.Signals | undefined =>
  (Object.keys(constants.signals) as NodeJS.Signals[]).find(
    (name) => number !== 0 && constants.signals[name] === number,
  );
