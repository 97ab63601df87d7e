import { isBuiltinLoaded } from '../fixups/loaded.ts';
import { livingWith } from '../randomness/living.ts';
import type { AdapterResource } from './adapter.ts';
import type { Doors } from './doors.ts';
import { FINISH, finishCurrent, sleep } from './libraries/shared/in-flight.ts';
import { openedAt } from './node-sqlite/opened-at.ts';

/** Node's DatabaseSync, as far as this file uses it. */
interface Database {
  readonly isOpen?: boolean;
  /** Exists from Node 22.16 on. */
  readonly isTransaction?: boolean;
  exec(sql: string): void;
  prepare(sql: string): { all(): Record<string, unknown>[] };
}

/** One file of a database, which may have others attached to it. */
interface Part {
  database: Database;
  schema: string;
  file: string;
}

/**
 * The databases of `node:sqlite`. Each leaves write-ahead logging for the dump, by SQLite's own means, and comes back
 * after it; its file is opened again in each copy. Such a log cannot be in an image: it is shared memory and locks that
 * other processes rely on, and files that the last of them removes. Statements, sessions and databases in memory stay
 * as they are.
 */
export class NodeSqlite implements AdapterResource {
  readonly name = 'node:sqlite';
  readonly #doors: Doors;
  /** The files of the databases, found anew at each checkpoint: until then nothing is done for them. */
  #parts: Part[] = [];
  readonly #leftWal: Part[] = [];

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  async beforeCheckpoint(): Promise<void> {
    this.#parts = isBuiltinLoaded('sqlite') ? openDatabases().flatMap(partsOf) : [];
    await finishCurrent(() => this.openWork(), this.#doors.limit);
    for (const part of this.#parts) {
      if (modeOf(part) !== 'wal' || isReadOnly(part)) continue;
      leaveWal(part);
      this.#leftWal.push(part);
    }
  }

  openWork(): Map<object, string> {
    const open = this.#parts.filter(({ database }) => isOpen(database) && database.isTransaction === true);
    return new Map(
      open.map(({ database, file }) => [database, `a transaction in ${file}${openedAt(database)}`]),
    );
  }

  inFlight(): string | undefined {
    return this.openWork().values().next().value;
  }

  files(): string[] {
    // A database that is locked for good keeps its journal open, too.
    return this.#parts.flatMap(({ file }) => [file, `${file}-journal`]);
  }

  async afterRestore(): Promise<void> {
    this.#parts = [];
    for (const part of this.#leftWal.splice(0)) if (isOpen(part.database)) await enterWal(part);
  }
}

const isOpen = (database: Database): boolean => {
  if (database.isOpen !== undefined) return database.isOpen;
  try {
    return database.prepare('SELECT 1') !== undefined;
  } catch {
    return false; // a Node before 22.15 does not tell otherwise
  }
};

function openDatabases(): Database[] {
  const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: { prototype: object } };
  return (livingWith(DatabaseSync.prototype) as Database[]).filter(isOpen);
}

function partsOf(database: Database): Part[] {
  return database
    .prepare('PRAGMA database_list')
    .all()
    .filter(({ file }) => file !== '' && file !== null)
    .map(({ name, file }) => ({ database, schema: `"${String(name)}"`, file: String(file) }));
}

const modeOf = ({ database, schema }: Part): unknown =>
  database.prepare(`PRAGMA ${schema}.journal_mode`).all()[0]?.journal_mode;

const isReadOnly = ({ database }: Part): boolean =>
  database.prepare('PRAGMA query_only').all()[0]?.query_only === 1;

/** Enters the mode again. Another copy may be writing, or entering that mode, at just this moment. */
async function enterWal({ database, schema }: Part): Promise<void> {
  for (const end = Date.now() + FINISH; ; await sleep(10)) {
    try {
      return database.exec(`PRAGMA ${schema}.journal_mode = WAL`);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** @throws Error where SQLite refuses, because somebody else has the database open, or this program reads it just now */
function leaveWal({ database, schema, file }: Part): void {
  let why = '';
  try {
    const [row] = database.prepare(`PRAGMA ${schema}.journal_mode = DELETE`).all();
    if (row?.journal_mode === 'delete') return;
    why = `it stays in the mode ${String(row?.journal_mode)}`;
  } catch (cause) {
    why = (cause as Error).message;
  }
  throw new Error(
    `${file}${openedAt(database)} is in WAL mode and cannot leave it for the dump: ${why}. Close its other connections, in this process and in others, and finish what iterates over its rows; or do it yourself: db.exec('PRAGMA journal_mode = DELETE') in beforeCheckpoint, = WAL in afterRestore.`,
  );
}
