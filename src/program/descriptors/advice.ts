import type { Descriptor } from '../../shared/descriptor.ts';
import type { Provenance } from './provenance/index.ts';

const ACCESS = { r: 'reading', w: 'writing', rw: 'reading and writing' } as const;

/** Describes what is open, in words. */
function describe({ fd, kind, anon, target, access, position, size, socket, process }: Descriptor): string {
  const whose = process ? ` of the child ${process.pid} (${process.command})` : '';
  const what = socket
    ? `${socket.protocol} socket${socket.local ? ` ${socket.local}` : ''}${socket.remote ? ` → ${socket.remote}` : ''}${socket.state ? `, ${socket.state}` : ''}`
    : `${target} (${anon ?? kind}${kind === 'regular' ? `, open for ${ACCESS[access]} at ${position} of ${size ?? 0} bytes` : ''})`;
  return `descriptor ${fd}${whose} is left open: ${what}`;
}

const NAMES: Partial<Record<Descriptor['kind'], string>> = {
  regular: 'the file',
  fifo: 'the FIFO',
  pipe: 'the pipe',
  socket: 'the socket',
  character: 'the device',
};

/** Tells whether hooks and policies do not reach the descriptor's process. */
const isForeign = (process: Descriptor['process']): boolean => process !== undefined && !process.isMember;

/** Writes a rule in one line, as `crac run --policies FILE` takes it. */
const rule = (fields: Record<string, string | number>): string =>
  `{ ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${typeof value === 'number' ? value : plain(value)}`)
    .join(', ')} }`;

/** Quotes text that YAML would take for something else. */
const plain = (text: string): string => (/^[\w./-]+$/.test(text) ? text : JSON.stringify(text));

/** Tells whether no character of the path has a meaning in a glob. */
const isPlainPath = (path: string): boolean => !/[*?{}]/.test(path);

/** Writes the rule that would let this very descriptor stay open, and what that means. */
function policy(descriptor: Descriptor, isNative: boolean): string {
  const { fd, kind, path, anon, process } = descriptor;
  const named = path && isPlainPath(path) ? { type: 'file', path } : { type: 'filedescriptor', value: fd };
  if (isForeign(process))
    return `or, if it does no harm, leave it to the engine with ${rule({ ...named, action: 'ignore' })}`;
  if (kind === 'regular' && path && isNative)
    return `or, for one copy only, have it opened again at its path by the policy ${rule({ ...named, action: 'reopen' })}: native code goes on with what it knows of the file, so a second copy, at the same time or later, would overwrite what the first has written`;
  if (kind === 'regular' && path)
    return `or have it opened again at its path by the policy ${rule({ ...named, action: 'reopen' })}; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes ${path}`;
  if (kind === 'character' && path)
    return `or have it opened again by the policy ${rule({ ...named, action: 'reopen' })}`;
  if (kind === 'anon')
    return `or have it closed by the policy ${rule({ type: 'filedescriptor', regex: `anon_inode:.*${anon}`, action: 'close' })}`;
  if (kind === 'pipe')
    return `or have it restored with nobody at the other end by the policy ${rule({ type: 'pipe', action: 'ignore' })}`;
  if (kind === 'socket')
    return `or have it closed by the policy ${rule({ type: 'filedescriptor', value: fd, action: 'close' })}`;
  return `or leave it to the engine with crac run --ignored-fds ${fd}`;
}

/** Says what the application can do where it cannot change the code, because a library opened the descriptor. */
function whoCanClose({ process, kind }: Descriptor, provenance: Provenance | undefined): string {
  const what = NAMES[kind] ?? 'it';
  if (isForeign(process))
    return `Let the child close ${what} before the checkpoint, or end the child in beforeCheckpoint and start it again in afterRestore`;
  if (provenance?.act === 'native')
    return `Native code opened it: call the library's own close in beforeCheckpoint and open ${what} again in afterRestore`;
  return `Close ${what} in beforeCheckpoint and open it again in afterRestore`;
}

/** Says how to find who opened the descriptor, where no record tells. */
function howToFind({ fd }: Descriptor, provenance: Provenance | undefined): string {
  if (provenance?.act === 'native') return `. Its whole native stack: crac trace --fd ${fd} -- app.js`;
  return '';
}

/** Says what is open, why that fails the checkpoint, and what to do about this very case. */
export function openMessage(descriptor: Descriptor, reason: string, provenance?: Provenance): string {
  return `${describe(descriptor)}; ${reason}. ${whoCanClose(descriptor, provenance)}; ${policy(descriptor, provenance?.act === 'native')}${howToFind(descriptor, provenance)}`;
}
