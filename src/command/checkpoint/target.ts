import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ProgramRecord, readRecord } from '../../shared/protocol/record.ts';
import { isAlive } from '../base/alive.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { existingRuntimeDirectory } from '../base/runtime-directory.ts';
import { hasNamespaces } from '../engines/registry.ts';

/**
 * Lists every program that runs now, oldest first. Records of programs that were killed are removed.
 * @throws CommandError where somebody else can write the directory of records
 */
export function programs(): ProgramRecord[] {
  const base = existingRuntimeDirectory();
  if (base === undefined) return []; // nothing has ever run here
  const names = readdirSync(base);
  const found: ProgramRecord[] = [];
  for (const name of names.filter((candidate) => /^\d+$/.test(candidate))) {
    const record = readRecord(join(base, name));
    if (!record) continue;
    if (isAlive(record.parent)) found.push(record);
    else rmSync(record.directory, { recursive: true, force: true });
  }
  return found.sort((a, b) => a.since - b.since || a.parent - b.parent);
}

/** @throws CommandError when nothing, or more than one program, is meant */
export function findTarget(target: string): ProgramRecord {
  const all = programs();
  const pid = /^\d+$/.test(target) ? Number(target) : undefined;
  const path = resolve(target);
  const matching =
    pid === undefined
      ? all.filter(({ image }) => image === path)
      : all.filter((record) => belongs(pid, record));
  if (matching.length === 1) return matching[0] as ProgramRecord;
  const known = all.map(({ parent, image }) => `  ${parent}  ${image}`).join('\n');
  if (matching.length > 1) {
    throw new CommandError(
      `${matching.length} programs belong to ${path}: name one by its PID\n${matching.map(({ parent }) => `  crac checkpoint ${parent}`).join('\n')}`,
      EXIT.target,
    );
  }
  const what =
    pid === undefined
      ? `no program runs with the image directory ${path}`
      : `${pid} is no program that crac runs`;
  throw new CommandError(
    known ? `${what}. Running now:\n${known}` : `${what}. Start one with\n  crac run --image DIR app.js`,
    EXIT.target,
  );
}

/**
 * Tells whether a PID belongs to the record: it may be that of the parent, of the program, or of any process inside.
 */
function belongs(pid: number, record: ProgramRecord): boolean {
  // Without namespaces there is no init: the program itself is the top.
  const top = hasNamespaces(record) ? record.init : record.program;
  if (pid === record.parent || pid === top) return true;
  for (let current = pid, steps = 0; current > 1 && steps < 32; steps++) {
    if (current === top) return true;
    current = parentOf(current);
  }
  return false;
}

function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s+(\d+)$/m)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
