import { createSocket, type Socket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, run } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { selfSigned } from '../support/servers/tls.ts';

const PORT = await freePorts(40);
const VERSIONS = ['node22', 'node24', 'node26'] as const;
const script = join(PROGRAMS, 'generators.mjs');
let paths: Record<(typeof VERSIONS)[number], string>;

beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

interface Drawn {
  contexts: Record<string, number>;
  dns: { default: string; promised: string; mine: string; servers: string[][]; system: string[] };
}
type Answer = Record<'main' | 'worker', Drawn> & { sandboxed: [number, string, string] };

/** A server of names that has none, and remembers the number of each query by the name that was asked for. */
let names: Socket;
let numbers: Map<string, number[]>;

beforeEach(async () => {
  numbers = new Map();
  names = createSocket('udp4', (query, { port, address }) => {
    const name: string[] = [];
    for (let at = 12; query[at]; at += (query[at] as number) + 1)
      name.push(query.toString('latin1', at + 1, at + 1 + (query[at] as number)));
    const asked = name.join('.').toLowerCase();
    numbers.set(asked, [...(numbers.get(asked) ?? []), query.readUInt16BE(0)]);
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8183, 2); // an answer: there is no such name
    names.send(answer, port, address);
  });
  await new Promise<void>((resolve) => names.bind(0, '127.0.0.1', resolve));
});
afterEach(() => names.close());

const portOf = (copy: number) => PORT + copy;

function restore(more: (copy: number) => string[] = () => []): Running[] {
  return [0, 1].map((copy) => {
    const moves = copy === 0 ? [] : ['--listen', `${PORT}=${portOf(copy)}`, ...more(copy)];
    return place.start(CRAC, ['restore', image, ...moves]);
  });
}

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  test('vm contexts, realms and resolvers, old and new, in the main thread and in a Worker', async () => {
    const words = [
      ...(version === 'this' ? [] : ['--node', paths[version]]),
      ...['--experimental-vm-modules', '--experimental-shadow-realm', '--no-warnings', script],
    ];
    const env = { DNS_PORT: String(names.address().port) };
    const program = run(place, { image, words, port: PORT, env });
    const first = await getJson<Answer>(PORT, '/?copy=first');
    await checkpoint(place, program, image);
    const copies = restore();
    const answers = [
      await getJson<Answer>(portOf(0), '/?copy=a'),
      await getJson<Answer>(portOf(1), '/?copy=b'),
    ];
    for (const thread of ['main', 'worker'] as const) {
      const [a, b] = answers.map((answer) => answer[thread].contexts) as [
        Drawn['contexts'],
        Drawn['contexts'],
      ];
      expect(Object.keys(a)).toEqual(
        expect.arrayContaining(['made', 'module', 'realm', 'newContext', 'newRealm']),
      );
      expect(Object.keys(a).filter((kind) => a[kind] === b[kind] || typeof a[kind] !== 'number')).toEqual([]);
      const resolvers = answers.map((answer) => answer[thread].dns);
      for (const { servers, system, ...codes } of resolvers) {
        expect(codes).toEqual({ default: 'ENOTFOUND', promised: 'ENOTFOUND', mine: 'ENOTFOUND' });
        expect({ servers, system }).toEqual({
          servers: first[thread].dns.servers,
          system: first[thread].dns.system,
        });
      }
    }
    // One number of 65536 may be met twice by chance; those of six resolvers may not.
    const asked = (copy: string) =>
      ['default', 'promised', 'mine'].flatMap((who) =>
        [`${who}.${copy}.test`, `${who}.worker.${copy}.test`].map((name) => numbers.get(name)?.[0]),
      );
    const [a, b] = [asked('a'), asked('b')];
    expect(a.every((number) => number !== undefined)).toBe(true);
    expect(a.filter((number, i) => number === b[i]).length).toBeLessThan(2);
    // An object of the program's own in the place of a context's Math is left alone.
    for (const { sandboxed } of answers) expect(sandboxed).toEqual([4, 'function', 'random']);
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  });

  test('session tickets of TLS servers: of each copy its own, unless the program has set the keys', async () => {
    const { key, certificate } = selfSigned(place.directory);
    const words = [...(version === 'this' ? [] : ['--node', paths[version]]), script];
    const program = run(place, { image, words, port: PORT, env: { KEY: key, CERTIFICATE: certificate } });
    await getJson(PORT, '/?copy=first');
    const before = await session(PORT + 10);
    await checkpoint(place, program, image);
    const kinds = { drawn: 10, option: 20, set: 30, later: 40 };
    const move = (copy: number) =>
      [10, 20, 30].flatMap((i) => ['--listen', `${PORT + i}=${PORT + i + copy}`]);
    const copies = restore(move);
    for (const copy of [0, 1]) await getJson(portOf(copy), `/listen?offset=${kinds.later + copy}`);
    expect(await resumes(PORT + kinds.drawn, before)).toBe(false);
    const shared: Record<string, unknown> = {};
    for (const [name, offset] of Object.entries(kinds)) {
      const ticket = await session(PORT + offset);
      shared[name] = [await resumes(PORT + offset, ticket), await resumes(PORT + offset + 1, ticket)];
    }
    expect(shared).toEqual({
      drawn: [true, false],
      later: [true, false],
      option: [true, true],
      set: [true, true],
    });
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  });
});

function open(port: number, ticket?: Buffer): TLSSocket {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(ticket && { session: ticket }),
  });
  socket.on('error', () => {}); // the server of node:tls answers nothing
  return socket;
}

/** A client's session with a server, which holds the server's ticket. */
async function session(port: number): Promise<Buffer> {
  const socket = open(port);
  const ticket = await new Promise<Buffer>((resolve) => socket.once('session', resolve));
  socket.destroy();
  return ticket;
}

async function resumes(port: number, ticket: Buffer): Promise<boolean> {
  const socket = open(port, ticket);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const resumed = socket.isSessionReused();
  socket.destroy();
  return resumed;
}

test('nothing is said and nothing ends where a program has asked for, or against, warnings of deprecations', async () => {
  const script = place.path('vm.js');
  writeFileSync(
    script,
    `const drawn = require('node:vm').runInNewContext('typeof Math.random()');
    require('node:https'); console.log(drawn, process.noDeprecation, process.binding('os') !== undefined);`,
  );
  const started = (...options: string[]) =>
    place.start(CRAC, ['run', '--image', image, ...options, script]).ended;
  expect(await started('--no-deprecation')).toMatchObject({
    code: 0,
    stdout: 'number true true\n',
    stderr: '',
  });
  const { stdout, stderr } = await started('--pending-deprecation');
  expect(stdout).toBe('number undefined true\n');
  expect(stderr.match(/DEP\d+/g)).toEqual(['DEP0111']); // the program's own use
});
