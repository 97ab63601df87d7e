import type { Descriptor } from '../../shared/descriptor.ts';
import {
  OpenFileError,
  OpenPipeError,
  OpenResourceError,
  OpenSocketError,
} from '../../shared/errors/open.ts';
import type { SerializedDescriptor, StartedChild } from '../../shared/protocol/messages.ts';
import { mapFrame } from '../../shared/source-maps.ts';
import { openMessage } from './advice.ts';
import { atRestore } from './at-restore.ts';
import type { Origins, Provenance } from './provenance/index.ts';
import type { Verdict } from './verdict.ts';

const KINDS: Partial<Record<Descriptor['kind'], typeof OpenFileError>> = {
  regular: OpenFileError,
  directory: OpenFileError,
  socket: OpenSocketError,
  pipe: OpenPipeError,
  fifo: OpenPipeError,
};

/** Lists the frames without those of the preload itself: several of its parts may stand before one function. */
const frames = ({ error }: Provenance): string[] =>
  (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes(__filename));

/** Writes a sentence: who did what, in which thread, when. */
function sentence({ act, thread, time }: Provenance): string {
  const when = new Date(time).toISOString();
  switch (act) {
    case 'accepted':
      return `accepted by the server that ${thread} made listen at ${when}`;
    case 'listened':
      return `made listen by ${thread} at ${when}`;
    case 'spawned':
      return `${thread} started the child at ${when}`;
    case 'watched':
      return `made by the first fs.watch in ${thread} at ${when}`;
    case 'inspector':
      return 'opened by the inspector (--inspect, or inspector.open())';
    case 'native':
      return `opened by native code in ${thread} at ${when}`;
    default:
      return `${act} by ${thread} at ${when}`;
  }
}

/** Makes a `cause` that says who opened it, when and in which thread, with the stack down to the application's line. */
export function causeOf(provenance: Provenance): Error {
  const cause = new Error(sentence(provenance));
  cause.name = 'Opened';
  cause.stack = `${cause.message}\n${frames(provenance).map(mapFrame).join('\n')}`;
  return cause;
}

/** Makes the errors of all descriptors that nobody accounts for. */
export function censusErrors(
  verdicts: readonly Verdict[],
  origins: Origins,
  starterOf: (child: number) => Provenance | undefined,
): Error[] {
  return verdicts
    .filter(({ owner }) => owner === 'error')
    .map(({ descriptor, reason }) => {
      const { process, fd } = descriptor;
      const provenance = process && !process.isMember ? starterOf(process.pid) : origins.get(fd);
      const error = new (KINDS[descriptor.kind] ?? OpenResourceError)(
        openMessage(descriptor, reason, provenance),
        detailsOf(descriptor),
        provenance ? { cause: causeOf(provenance) } : {},
      );
      // The error's own frames are those of the census; the place where it was opened stands in the cause.
      error.stack = `${error.name}: ${error.message}`;
      return error;
    });
}

export function detailsOf({ fd, kind, target, flags, position, socket, process }: Descriptor) {
  const { local, remote, state } = socket ?? {};
  return {
    fd,
    kind,
    target,
    flags: `0${flags.toString(8)}`,
    position,
    ...(local && { local }),
    ...(remote && { remote }),
    ...(state && { state }),
    ...(process && { pid: process.pid, command: process.command }),
  };
}

/**
 * Tells whether a frame is the program's. Node's own frames say nothing to the reader; where all are, the socket
 * belongs to no call of the application.
 */
const isTheirs = (frame: string): boolean => !/\bnode:/.test(frame);

function openedBy(provenance: Provenance): string {
  if (provenance.act === 'inspector') return 'the inspector';
  const [frame] = frames(provenance).filter(isTheirs);
  const place = frame === undefined ? 'Node itself' : mapFrame(frame).trim().replace(/^at /, '');
  const { act, thread } = provenance;
  const how =
    act === 'accepted' ? 'server of ' : act === 'spawned' ? 'child of ' : act === 'native' ? 'native ' : '';
  return `${how}${place}${thread === 'the main thread' ? '' : `, ${thread}`}`;
}

/** Returns the application's own line, or a child's start, for a sentence. */
export function openedAt(provenance: Provenance): string | undefined {
  const place = openedBy(provenance);
  if (place === 'Node itself') return undefined;
  return provenance.act === 'spawned' ? place : `opened at ${place}`;
}

/** Names the line that started each child, where one is known. */
export const startedChildren = (
  children: readonly { pid: number; provenance: Provenance }[],
): StartedChild[] =>
  children.flatMap(({ pid, provenance }) => {
    const place = openedAt(provenance)?.replace(/^child of /, '');
    return place === undefined ? [] : [{ pid, place }];
  });

/** Writes the census as it travels to `crac checkpoint --dry-run`. */
export function censusRows(verdicts: readonly Verdict[], origins: Origins): SerializedDescriptor[] {
  return verdicts.map((verdict) => {
    const { descriptor, owner, reason } = verdict;
    const restore = atRestore(verdict);
    const { fd, kind, anon, target, socket, process } = descriptor;
    const what = socket
      ? [socket.protocol, socket.local, socket.remote && `→ ${socket.remote}`, socket.state]
          .filter(Boolean)
          .join(' ')
      : target;
    const provenance = process && !process.isMember ? undefined : origins.get(fd);
    return {
      fd,
      kind: anon ?? kind,
      what,
      owner,
      reason,
      ...(process && { process: { pid: process.pid, command: process.command } }),
      ...(restore && { restore }),
      ...(provenance && { opened: openedBy(provenance) }),
    };
  });
}
