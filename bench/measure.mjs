// What every benchmark here needs: processes that are surely ended, time to the first response, medians.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

export const now = () => performance.now();
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const summary = (numbers) => ({
  median: median(numbers),
  min: Math.min(...numbers),
  max: Math.max(...numbers),
  n: numbers.length,
});

/** Starts a child whose end can be awaited; its output is kept for the message if it ends too soon. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const running = { child, output: '', over: false };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (running.output += text));
  running.ended = new Promise((resolve) => {
    child.on('error', (error) => {
      running.output += error;
      running.over = true;
      resolve({ code: -1 });
    });
    child.on('exit', (code, signal) => {
      running.over = true;
      resolve({ code, signal });
    });
  });
  return running;
}

export async function stop(running, signal = 'SIGKILL') {
  if (!running.over) running.child.kill(signal);
  await running.ended;
}

export async function run(command, args, options) {
  const running = start(command, args, options);
  const { code } = await running.ended;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${running.output}`);
  return running.output;
}

function request(port, path) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('error', reject);
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (text) => {
      answer += text;
      resolve(answer);
      socket.destroy();
    });
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
}

/** Asks again and again, every millisecond, until the first byte of an answer. */
export async function firstResponse(port, running, path = '/', seconds = 60) {
  for (const until = now() + seconds * 1000; ; ) {
    try {
      return await request(port, path);
    } catch (error) {
      if (running.over) throw new Error(`ended before it answered:\n${running.output}`);
      if (now() > until) throw error;
    }
    await pause(1);
  }
}

/** Measures the milliseconds from the start of a command to the first response of the program. */
export async function timeToResponse(port, path, command, args, options) {
  const started = now();
  const running = start(command, args, options);
  try {
    await firstResponse(port, running, path);
    return now() - started;
  } finally {
    await stop(running);
    await free(port);
  }
}

/** Waits until the port of a copy that was killed is free, a moment later. */
export async function free(port) {
  for (let i = 0; i < 5000; i++) {
    try {
      await request(port, '/');
    } catch (error) {
      if (error.code === 'ECONNREFUSED') return; // a reset only means that the copy is just ending
    }
    await pause(1);
  }
  throw new Error(`port ${port} is still answered`);
}

/**
 * Runs every method once a round, so that a change of the machine's mood meets all of them; the first round is dropped.
 */
export async function interleaved(named, rounds) {
  const times = Object.fromEntries(Object.keys(named).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(named)) {
      const time = await measure();
      if (round > 0) times[name].push(time);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, summary(list)]));
}
