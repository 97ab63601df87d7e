import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspectImage } from '../image/inspect.ts';
import type { Observed } from '../uniqueness/find.ts';
import { isRestored, LISTENS_WITHIN } from './copy.ts';
import { listeningPorts, loopbackListeners } from './ports.ts';
import type { Program } from './program.ts';

/** The number of addresses that the restorer takes at most (native/network/network.h). */
const MOST = 128;

/** The time in milliseconds in which what a request has caused is sent. */
const SENT_WITHIN = 300;

/**
 * A network of a copy's own, in which the servers of this machine are found at their addresses, through a relay that
 * writes down what the copy sends to them.
 */
export class Outgoing {
  /** Further words for `crac restore`. */
  readonly words: string[];
  /** The ports by which the program's are reached from outside. */
  readonly ports: ReadonlyMap<number, number>;
  readonly #directory: string;
  /** The bytes of each file that belong to rounds before. */
  readonly #read = new Map<string, number>();
  readonly #rounds: Map<string, Buffer[]>[] = [];

  private constructor(directory: string, ports: Map<number, number>, peers: string[]) {
    this.#directory = directory;
    this.ports = ports;
    this.words = [
      '--network',
      'private',
      ...[...ports].flatMap(([inside, outside]) => ['--publish', `127.0.0.1:${outside}:${inside}`]),
      ...peers.flatMap((peer) => ['--reach', peer]),
      ...(peers.length > 0 ? ['--record-sent', directory] : []),
    ];
  }

  static async of(image: string): Promise<Outgoing> {
    const { manifest } = await inspectImage(image);
    const own = [...new Set(manifest.ports.map(({ port }) => port))];
    const free = await freePorts(own.length);
    const ports = new Map(own.map((port, index) => [port, free[index] as number]));
    const peers = loopbackListeners().filter(({ port }) => !ports.has(port) && !free.includes(port));
    const names = peers.map(({ address, port }) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    );
    const directory = await mkdtemp(join(tmpdir(), 'crac-sent-'));
    return new Outgoing(directory, ports, [...new Set(names)].slice(0, MOST));
  }

  /** Ends a round: what was sent since the round before is this round's. */
  async endRound(signal: AbortSignal): Promise<void> {
    await pause(SENT_WITHIN, undefined, { signal });
    const round = new Map<string, Buffer[]>();
    for (const name of (await readdir(this.#directory)).sort()) {
      const bytes = await readFile(join(this.#directory, name));
      const peer = name.replace(/^\d+-/, '');
      const part = bytes.subarray(this.#read.get(name) ?? 0);
      this.#read.set(name, bytes.length);
      round.set(peer, [...(round.get(peer) ?? []), part]);
    }
    this.#rounds.push(round);
  }

  /** What was sent, by peer; the first round is what was sent before the first request. */
  get observed(): Observed[] {
    const peers = [...new Set(this.#rounds.flatMap((round) => [...round.keys()]))];
    return peers.map((peer) => ({
      request: `sent to ${peer}`,
      rounds: this.#rounds.map((round) => ({
        status: 0,
        headers: [],
        body: Buffer.from(printable(Buffer.concat(round.get(peer) ?? []))),
      })),
    }));
  }

  /** Finds the address of the copy's server, as it is inside; undefined where it has none. */
  async origin(copy: Program, seconds: number, signal: AbortSignal): Promise<URL | undefined> {
    await isRestored(copy, seconds, signal);
    for (const until = Date.now() + LISTENS_WITHIN; ; await pause(5, undefined, { signal })) {
      const init = copy.record?.init;
      const open = init === undefined ? [] : listeningPorts([init, ...copy.processes], new Set());
      const found = open.find(({ port }) => this.ports.has(port));
      if (found || this.ports.size === 0 || Date.now() > until)
        return found && new URL(`http://127.0.0.1:${found.port}/`);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Returns bytes as lines of text: protocols mix text with lengths and zeros, and whatever is no text ends a line. */
const printable = (bytes: Buffer): string => bytes.toString('latin1').replace(/[^\x20-\x7e]+/g, '\n');

/** Finds ports that nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.on('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
