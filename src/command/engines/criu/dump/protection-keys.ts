import { readFileSync } from 'node:fs';
import { descendants } from '../../../../shared/process-tree.ts';
import { CommandError, EXIT } from '../../../base/command-error.ts';
import { machineHasProtectionKeys } from '../../../machine/protection-keys.ts';
import { WITHOUT_KEYS } from '../image/protection-keys.ts';

export interface GuardedMapping {
  /** The mapping as the kernel names it: addresses, permissions, file. */
  mapping: string;
  key: number;
}

/** Returns the mappings of a process that have a protection key, out of its /proc/PID/smaps. */
export function guardedMappings(smaps: string): GuardedMapping[] {
  const found: GuardedMapping[] = [];
  let mapping = '';
  for (const line of smaps.split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) mapping = line;
    const key = Number(/^ProtectionKey:\s+(\d+)/.exec(line)?.[1] ?? 0);
    if (key === 0) continue;
    const [addresses, permissions, , , , ...path] = mapping.split(/\s+/);
    found.push({ mapping: [addresses, permissions, path.join(' ') || '[anonymous]'].join(' '), key });
  }
  return found;
}

const SHOWN = 3;

function describe(pid: number): string[] {
  let found: GuardedMapping[];
  let name: string;
  try {
    found = guardedMappings(readFileSync(`/proc/${pid}/smaps`, 'latin1'));
    name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return []; // the process ended meanwhile
  }
  const lines = found.slice(0, SHOWN).map(({ mapping, key }) => `  ${mapping}: key ${key}`);
  if (found.length > SHOWN) lines.push(`  and ${found.length - SHOWN} more`);
  return found.length === 0 ? [] : [`process ${pid} (${name}) has memory under a protection key:`, ...lines];
}

/**
 * Refuses processes with memory under a key; on a machine without protection keys nothing is looked at.
 * @param init PID 1 of the program's namespace, as seen from here
 * @throws CommandError with each such process
 */
export function refuseProtectionKeys(init: number): void {
  if (!machineHasProtectionKeys()) return;
  const lines = descendants(init).flatMap(describe);
  if (lines.length > 0) throw new CommandError([...lines, WITHOUT_KEYS].join('\n'), EXIT.failed);
}
