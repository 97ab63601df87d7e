import type { Descriptor } from '../../shared/descriptor.ts';
import { NotOwnedConnectionError } from '../../shared/errors/open.ts';
import type { Provenance } from './provenance/index.ts';
import { causeOf, detailsOf, openedAt } from './report.ts';
import type { Judged } from './verdict.ts';

export const portOf = (address: string | undefined): string | undefined => address?.match(/:(\d+)$/)?.[1];

/**
 * Returns the ports on which some process of the program listens: a connection with one of these on this side has come
 * in.
 */
export const serversIn = (everything: readonly Descriptor[]): Set<string | undefined> =>
  new Set(
    everything
      .filter(({ socket }) => socket?.protocol === 'tcp' && socket.state === 'LISTEN')
      .map(({ socket }) => portOf(socket?.local)),
  );

/**
 * Tells whether the program has opened this connection, which the dump cuts. (An accepted unix socket has its server's
 * path.)
 */
export function isOutgoing(
  { socket }: Descriptor,
  { owner, cut }: Judged,
  servers: Set<string | undefined>,
): boolean {
  if (owner !== 'adapter' || socket === undefined) return false;
  if (socket.protocol === 'unix') return cut === true && socket.local === undefined;
  return socket.state === 'ESTABLISHED' && !servers.has(portOf(socket.local));
}

/** Tells whether a package that has an adapter has connected it: the innermost package on the stack counts. */
export function isLibrarys({ error }: Provenance, packages: ReadonlySet<string>): boolean {
  const stack = (error.stack ?? '').replaceAll('\\', '/');
  const [, name = ''] =
    /\/node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?((?:@[^/]+\/)?[^/]+)\//.exec(stack) ?? [];
  // Prisma's engine connects in native code.
  if (/^(\.prisma|@prisma\/)/.test(name)) return packages.has('@prisma/client');
  return packages.has(name);
}

/** Makes the error that says what is cut, where it was opened, and what to do. */
export function notOwned(descriptor: Descriptor, provenance: Provenance | undefined): Error {
  const { process, socket } = descriptor;
  const whose = process === undefined ? '' : ` of process ${process.pid} (${process.command})`;
  const peer = socket?.protocol === 'unix' ? 'a unix socket of a process outside' : socket?.remote;
  const place = provenance && openedAt(provenance);
  const opened = place === undefined ? '' : ` ${place[0]?.toUpperCase()}${place.slice(1)}.`;
  const where = process === undefined || process.isMember ? '' : ', or end that process in beforeCheckpoint';
  const error = new NotOwnedConnectionError(
    `the connection${whose} to ${peer} belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end.${opened} Close it in beforeCheckpoint and open it again in afterRestore${where} (docs/library.md)`,
    detailsOf(descriptor),
    provenance ? { cause: causeOf(provenance) } : {},
  );
  error.stack = `${error.name}: ${error.message}`; // the error's own frames are those of the census
  return error;
}
