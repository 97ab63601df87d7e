import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts();
const SHARES = join(PROGRAMS, 'shares.cjs');
const VERSIONS = ['node22', 'node24', 'node26'] as const;
let nodes: Record<string, string>;

beforeAll(async () => {
  nodes = await apps(...VERSIONS);
}, 900_000);

const run = (shape: string, ...options: string[]): Running =>
  place.start(
    CRAC,
    [
      'run',
      '--engine',
      'direct',
      '--image',
      image,
      '--allowed-open-prefixes',
      place.directory,
      ...options,
      SHARES,
      shape,
    ],
    {
      env: { PORT: String(PORT) },
    },
  );

async function copyOf(program: Running, generations = 2): Promise<Running> {
  let running = program;
  for (const to of [image, `${image}-2`].slice(0, generations)) {
    const written = await place.crac('checkpoint', String(running.pid), '--image', to);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    running = place.start(CRAC, ['restore', to]);
  }
  return running;
}

/** Asks until so many processes have answered. */
async function answering(count: number, ask: () => Promise<{ pid: number }>): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) found.add((await ask()).pid);
  return [...found].sort();
}

const overTcp = (): Promise<{ pid: number }> => getJson(PORT);

async function overUnix(): Promise<{ pid: number }> {
  for (const end = Date.now() + 60_000; ; ) {
    const asked = request({ socketPath: place.path('socket'), agent: false }).end();
    try {
      const [response] = await once(asked, 'response');
      return JSON.parse(await text(response));
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(20); // it is being started
    }
  }
}

test.each([
  ['cluster', overTcp],
  ['handle', overTcp],
  ['unix', overUnix],
] as const)('%s: a server that two processes have', async (shape, ask) => {
  const program = run(shape);
  const before = await answering(2, ask);
  const copy = await copyOf(program);
  const now = await answering(2, ask);
  expect(now).not.toEqual(before);
  copy.child.kill('SIGTERM');
  await copy.ended;
});

test.each(VERSIONS)('%s: the workers of a cluster, which have one server', async (version) => {
  const program = run('cluster', '--node', nodes[version] as string);
  await answering(2, overTcp);
  const copy = await copyOf(program);
  await answering(2, overTcp);
  copy.child.kill('SIGTERM');
  await copy.ended;
});

test('a socket of datagrams that two processes have', async () => {
  const program = run('datagrams');
  const [, port] = await program.line(/port (\d+)/);
  const socket = createSocket('udp4');
  const ask = async (): Promise<string> => {
    const answered = once(socket, 'message');
    const asking = setInterval(() => socket.send('?', Number(port), '127.0.0.1'), 50);
    const [said] = await answered;
    clearInterval(asking);
    return String(said);
  };
  const before = await ask();
  const copy = await copyOf(program);
  const after = await ask();
  expect(Number.parseInt(after, 10)).toBeGreaterThan(Number.parseInt(before, 10));
  socket.close();
  copy.child.kill('SIGTERM');
  await copy.ended;
});

test('files: what several have as one stays one, what each has opened for itself does not', async () => {
  const program = run('files');
  expect(await getJson(PORT)).toEqual(['1a', '2a']);
  const copy = await copyOf(program, 1);
  expect(await getJson(PORT)).toEqual(['3b', '4b']);
  expect(await getJson(PORT)).toEqual(['5c', '6c']);
  expect(readFileSync(place.path('log'), 'utf8')).toBe('parent\nchild\n'.repeat(3));
  copy.child.kill('SIGTERM');
  await copy.ended;
});
