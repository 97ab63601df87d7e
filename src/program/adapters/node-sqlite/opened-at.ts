import { syncBuiltinESMExports } from 'node:module';
import { mapFrame } from '../../../shared/source-maps.ts';

const places = new WeakMap<object, Error>();

type DatabaseClass = new (...words: unknown[]) => object;

/**
 * Notes where each database is opened, from when the program requires `node:sqlite` on. (Node tells nobody when an ES
 * module imports it: then the place is not known.)
 */
export function notePlaces(): void {
  const Module = require('node:module') as unknown as { _load(request: string, ...more: unknown[]): unknown };
  const original = Module._load;
  Module._load = function _load(request, ...more) {
    const exports = Reflect.apply(original, this, [request, ...more]);
    if (request === 'node:sqlite') noteIn(exports as { DatabaseSync: DatabaseClass });
    return exports;
  };
}

const noted = new WeakSet<object>();

function noteIn(exports: { DatabaseSync: DatabaseClass }): void {
  if (noted.has(exports)) return;
  noted.add(exports);
  exports.DatabaseSync = new Proxy(exports.DatabaseSync, {
    construct(target, words, newTarget) {
      const database = Reflect.construct(target, words, newTarget) as object;
      places.set(database, new Error());
      return database;
    },
  });
  syncBuiltinESMExports();
}

/** Returns the place in words, for the end of a name; nothing where it is not known. */
export function openedAt(database: object): string {
  const stack = places.get(database)?.stack;
  const lines =
    stack
      ?.split('\n')
      .slice(1)
      .filter((line) => !line.includes(__filename)) ?? [];
  const own = lines.find((line) => !/node:|node_modules/.test(line)) ?? lines[0];
  return own === undefined
    ? ''
    : ` (opened${mapFrame(own)
        .trimEnd()
        .replace(/^\s*at/, ' at')})`;
}
