// CRIU as a careful person uses it, without us: the program in a session of its own, the usual flags, a fresh PID
// namespace for each restore.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstResponse, pause, run, start, stop, timeToResponse } from './measure.mjs';

const NO_DESCRIPTORS =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  'for fd in /proc/$$/fd/*; do n=${fd##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done; exec "$@"';

/** Starts a command as the leader of a session, without the descriptors that a test runner leaks. */
function alone(command, env) {
  return start('setsid', ['bash', '-c', NO_DESCRIPTORS, 'bash', ...command], { env, stdio: 'ignore' });
}

async function dump(criu, pid, directory) {
  mkdirSync(directory);
  await run(criu, [
    'dump',
    '-t',
    String(pid),
    '-D',
    directory,
    '-o',
    'dump.log',
    '-v4',
    '--shell-job',
    '--tcp-close',
  ]);
}

/** @returns the directory of images */
export async function dumpProgram({ criu, command, env, port, path, requests, directory }) {
  const running = alone(command, env);
  try {
    for (let i = 0; i < requests; i++) await firstResponse(port, running, path);
    await pause(200);
    await dump(criu, running.child.pid, directory);
  } finally {
    await stop(running);
  }
  return directory;
}

const NAMESPACES = ['-m', '-p', '-f', '--mount-proc', '--kill-child'];

export const timeByHand = (criu, directory, port, path) =>
  timeToResponse(port, path, 'unshare', [
    ...NAMESPACES,
    ...[criu, 'restore', '-D', directory, '-o', 'restore.log', '-v4', '--shell-job', '--tcp-close'],
  ]);

/** Compiles one of programs/, static: no loader in what is measured. */
export function compile(directory, name) {
  const binary = join(directory, name);
  const source = join(import.meta.dirname, `programs/${name}.c`);
  execFileSync(process.env.CC ?? 'cc', ['-O2', '-static', '-o', binary, source]);
  return binary;
}

export async function dumpTrivial(criu, binary, directory) {
  const running = alone([binary, 'wait'], {});
  await pause(200);
  await dump(criu, running.child.pid, directory);
  await running.ended;
  return directory;
}

/**
 * Measures the milliseconds until CRIU says that the trivial program is there; its cache of kernel features is shown to
 * it.
 */
export async function timeTrivial(criu, directory, kdat) {
  const show = 'mount -t tmpfs tmpfs /run && cp "$1" /run/criu.kdat; shift; exec "$@"';
  const restore = [criu, 'restore', '-D', directory, '-v0', '--shell-job', '-d'];
  const clock = 'a=$(date +%s%N); "$@"; b=$(date +%s%N); echo "time $(( (b - a) / 1000 ))"';
  const inside = ['sh', '-c', show, 'sh', kdat, 'sh', '-c', clock, 'sh', ...restore];
  const output = await run('unshare', [...NAMESPACES, ...inside]);
  return Number(output.match(/time (\d+)/)[1]) / 1000;
}
