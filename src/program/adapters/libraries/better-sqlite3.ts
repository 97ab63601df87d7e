import { realpathSync } from 'node:fs';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { finishCurrent } from './shared/in-flight.ts';

interface Database {
  readonly open: boolean;
  readonly inTransaction: boolean;
  readonly readonly: boolean;
  readonly memory: boolean;
  readonly name: string;
  pragma(source: string, options?: { simple?: boolean }): unknown;
}

type DatabaseClass = new (...words: unknown[]) => Database;

/**
 * Has a database leave write-ahead logging for the dump, by SQLite's own means, and come back after it. Such a log
 * cannot be in an image: it is shared memory and locks that other processes rely on, and files that the last of them
 * removes. Without it there is one file, with nothing held in it; SQLite finds out by itself what has changed there.
 */
function adaptDatabase(Original: DatabaseClass, api: AdapterApi): DatabaseClass {
  const databases = new Set<WeakRef<Database>>();
  const leftWal = new Set<Database>();
  const live = () =>
    [...databases].flatMap((reference) => {
      const database = reference.deref();
      if (!database?.open) databases.delete(reference);
      return database?.open && !database.memory ? database : [];
    });
  const transactions = () =>
    new Map(
      live()
        .filter(({ inTransaction }) => inTransaction)
        .map((database) => [database, `a transaction in ${database.name}`] as const),
    );

  api.register({
    name: 'better-sqlite3',
    async beforeCheckpoint() {
      await finishCurrent(transactions, api.doors.limit);
      for (const database of live()) {
        if (database.readonly || database.pragma('journal_mode', { simple: true }) !== 'wal') continue;
        leaveWal(database);
        leftWal.add(database);
      }
    },
    openWork: transactions,
    inFlight: () => [...transactions().values()][0],
    files: () => live().map(({ name }) => realpathSync(name)),
    afterRestore() {
      for (const database of leftWal) if (database.open) database.pragma('journal_mode = WAL');
      leftWal.clear();
    },
  });

  const noted: DatabaseClass = new Proxy(Original, {
    construct(target, words: unknown[], newTarget) {
      const database = Reflect.construct(target, words, newTarget) as Database;
      databases.add(new WeakRef(database));
      return database;
    },
    apply: (_target, _this, words: unknown[]) => new noted(...words),
  });
  return noted;
}

/** @throws Error where SQLite refuses, because somebody else has the database open */
function leaveWal(database: Database): void {
  try {
    database.pragma('journal_mode = DELETE');
  } catch (cause) {
    const lines = "db.pragma('journal_mode = DELETE') in beforeCheckpoint, = WAL in afterRestore";
    throw new Error(
      `${database.name} is in WAL mode and cannot leave it for the dump: ${(cause as Error).message}. ` +
        `Close its other connections, in this process and in others, before the checkpoint; or do it yourself: ${lines}.`,
      { cause },
    );
  }
}

export const adapters: Adapter[] = [
  {
    package: 'better-sqlite3',
    versions: [['12.6', '13']],
    without:
      'its file is open in the image, and copies that write it harm each other. Close the database in beforeCheckpoint and open it in afterRestore',
    files: { 'lib/database.js': adaptDatabase as never },
  },
];
