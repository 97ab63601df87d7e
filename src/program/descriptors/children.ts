import { readFileSync } from 'node:fs';
import type { Descriptor, OtherProcess, SocketInfo } from '../../shared/descriptor.ts';
import { descendants } from '../../shared/process-tree.ts';
import { shortCommand } from '../../shared/protocol/short-command.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { descriptorTable } from './table.ts';

/** Names this child of the program as the process whose descriptors these are. */
export const thisMember = (): OtherProcess => ({
  pid: OWN_PID,
  command: commandOf(OWN_PID),
  isMember: true,
});

export function commandOf(pid: number): string {
  return shortCommand(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean));
}

/**
 * Lists what other processes of the program have open, one list for each process: they are dumped along.
 * @param program PID of the program's first process
 */
export function othersDescriptors(program: number, sockets: Map<number, SocketInfo>): Descriptor[][] {
  const others = [program, ...descendants(program)].filter((pid) => pid !== OWN_PID);
  return others.flatMap((pid) => {
    try {
      const command = commandOf(pid);
      return [
        descriptorTable(String(pid), sockets).map((descriptor) => ({
          ...descriptor,
          process: { pid, command },
        })),
      ];
    } catch (error) {
      // The process ended meanwhile, or runs as another user and is not ours to look into: the engine will look.
      if (!['ENOENT', 'EACCES', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return [];
    }
  });
}
