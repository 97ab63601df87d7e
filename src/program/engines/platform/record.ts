import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeDirectory } from '../../../shared/protocol/runtime-directory.ts';

/** Makes the record of a program that no `crac run` has started: named by its own PID, and removed by itself. */
export function makeOwnRecord(engine: string): string {
  const base = runtimeDirectory();
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(base);
  if (process.geteuid !== undefined && uid !== process.geteuid())
    throw new Error(`${base} belongs to user ${uid}; set CRAC_RUNTIME_DIR to a directory of yours`);
  const record = join(base, String(process.pid));
  rmSync(record, { recursive: true, force: true });
  mkdirSync(record, { mode: 0o700 });
  const fields = {
    kind: 'run',
    image: '',
    engine,
    mode: process.getuid?.() === 0 ? 'root' : 'user',
    program: String(process.pid),
    since: String(Date.now()),
    command: ['node', ...process.argv.slice(1)].join(' '),
  };
  for (const [name, value] of Object.entries(fields))
    writeFileSync(join(record, name), value, { mode: 0o600 });
  process.on('exit', () => rmSync(record, { recursive: true, force: true }));
  return record;
}
