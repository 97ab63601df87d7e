import type { Descriptor } from './descriptor.ts';

const describe = ({ fd, kind, target, access, position, size }: Descriptor): string => {
  const where =
    kind === 'regular'
      ? `, open for ${{ r: 'reading', w: 'writing', rw: 'reading and writing' }[access]} at ${position} of ${size ?? 0} bytes`
      : '';
  return `descriptor ${fd} is left open: ${target} (${kind}${where})`;
};

/** The option of `crac run` that leaves it to the engine. */
function option({ kind, path, fd }: Descriptor): string {
  if (path && kind === 'regular') return `--allowed-open-prefixes ${path}`;
  return `--ignored-fds ${fd}`;
}

const NAMES: Partial<Record<Descriptor['kind'], string>> = {
  regular: 'the file',
  fifo: 'the FIFO',
  pipe: 'the pipe',
  socket: 'the socket',
};

/** What is open, why that fails the checkpoint, and what to do about this very case. */
export function openMessage(descriptor: Descriptor, reason: string): string {
  const what = NAMES[descriptor.kind] ?? 'it';
  return `${describe(descriptor)}; ${reason}. Close ${what} in beforeCheckpoint and open it again in afterRestore, or leave it to the engine with: crac run ${option(descriptor)}`;
}
