import fs from 'node:fs';
import { resolve } from 'node:path';
import type { Records } from './record.ts';
import { replace } from './replace.ts';

/** The number of read directories that are remembered; beyond it the oldest are forgotten first. */
const DIRECTORIES = 256;

/** Replaces the ways by which `fs` opens something, so that each records its caller: about a microsecond a call. */
export function recordFiles(records: Records): void {
  recordSync(records);
  recordCallbacks(records);
  recordPromises(records);
  recordStreams(records);
  recordDirectories(records);
  recordWatchers(records);
}

function recordSync(records: Records): void {
  replace(
    fs,
    'openSync',
    (original) =>
      function openSync(this: unknown, ...args) {
        const fd = Reflect.apply(original, this, args) as number;
        records.byNumber.set(fd, records.here('opened', openSync, args[0]));
        return fd;
      },
  );
}

function recordCallbacks(records: Records): void {
  replace(
    fs,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const provenance = records.here('opened', open, args[0]);
        const callback = args.at(-1);
        if (typeof callback === 'function') {
          args[args.length - 1] = function (this: unknown, error: unknown, fd: number, ...more: unknown[]) {
            if (!error) records.byNumber.set(fd, provenance);
            return Reflect.apply(callback, this, [error, fd, ...more]);
          };
        }
        return Reflect.apply(original, this, args);
      },
  );
}

function recordPromises(records: Records): void {
  replace(
    fs.promises,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const provenance = records.here('opened', open, args[0]);
        const promise = Reflect.apply(original, this, args) as Promise<{ fd: number }>;
        return promise.then((handle) => {
          records.byNumber.set(handle.fd, provenance);
          return handle;
        });
      },
  );
}

function recordStreams(records: Records): void {
  for (const name of ['createReadStream', 'createWriteStream']) {
    replace(
      fs,
      name,
      (original) =>
        function create(this: unknown, ...args) {
          const provenance = records.here('opened', create, args[0]);
          const stream = Reflect.apply(original, this, args) as fs.ReadStream;
          stream.once('open', (fd: number) => records.byNumber.set(fd, provenance));
          return stream;
        },
    );
  }
}

function recordDirectories(records: Records): void {
  for (const target of [fs, fs.promises]) {
    for (const name of ['opendir', 'opendirSync']) {
      replace(
        target,
        name,
        (original) =>
          function opendir(this: unknown, ...args) {
            const { byPath } = records;
            const path = resolve(String(args[0]));
            byPath.delete(path); // an entry that is put in again comes last
            byPath.set(path, records.here('opened', opendir, path));
            if (byPath.size > DIRECTORIES) byPath.delete(byPath.keys().next().value as string);
            return Reflect.apply(original, this, args);
          },
      );
    }
  }
}

/** Records who makes watchers. All watchers of a loop share one descriptor: the first one stands for them. */
function recordWatchers(records: Records): void {
  for (const target of [fs, fs.promises]) {
    replace(
      target,
      'watch',
      (original) =>
        function watch(this: unknown, ...args) {
          records.firstWatch ??= records.here('watched', watch, args[0]);
          return Reflect.apply(original, this, args);
        },
    );
  }
}
