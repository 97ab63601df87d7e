import type { Writable } from 'node:stream';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';

interface File {
  readonly _stream: Writable & { readonly readableLength: number };
  readonly _dest?: Writable;
  readonly _opening: boolean;
}

/** Writes the lines that are still in memory at the dump; otherwise every copy would write them. */
function adaptFile(FileTransport: { prototype: File & { open(): void } }, api: AdapterApi): void {
  const files = new Set<WeakRef<File>>();
  const known = new WeakSet<File>();
  const { prototype } = FileTransport;
  const { open } = prototype;
  prototype.open = function noted(this: File) {
    if (!known.has(this)) files.add(new WeakRef(this));
    known.add(this);
    open.call(this);
  };
  const isBusy = ({ _opening, _stream, _dest }: File) =>
    _opening ||
    _stream.writableLength + _stream.readableLength > 0 ||
    (_dest !== undefined && !_dest.destroyed && _dest.writableLength > 0);
  const busy = () =>
    [...files].some((reference) => {
      const file = reference.deref();
      return file !== undefined && isBusy(file);
    });
  api.register({
    name: 'winston',
    async beforeFreeze() {
      await until(() => !busy(), BRIEFLY);
    },
    inFlight: () => (busy() ? 'winston is writing a log' : undefined),
  });
}

export const adapters: Adapter[] = [
  {
    package: 'winston',
    versions: [['3.19', '4']],
    without:
      'what is not written yet is written by every copy. Wait in beforeCheckpoint until the transport has drained',
    files: { 'lib/winston/transports/file.js': adaptFile },
  },
];
