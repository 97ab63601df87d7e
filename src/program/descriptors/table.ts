import { constants, readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import type { Descriptor, DescriptorKind } from '../../shared/descriptor.ts';
import { socketTable } from './sockets.ts';

const CLOEXEC = 0o2000000;

/** Lists the numbers of all open descriptors of a process, without the one that reading the own directory takes. */
export function openNumbers(process = 'self'): number[] {
  return readdirSync(`/proc/${process}/fd`)
    .map(Number)
    .filter((fd) => {
      try {
        readlinkSync(`/proc/${process}/fd/${fd}`);
        return true;
      } catch {
        return false;
      }
    })
    .sort((a, b) => a - b);
}

function kindOf(stats: Stats, target: string): DescriptorKind {
  if (target.startsWith('/memfd:')) return 'memfd';
  if (target.startsWith('anon_inode:')) return 'anon';
  if (stats.isSocket()) return 'socket';
  if (stats.isFIFO()) return target.startsWith('pipe:') ? 'pipe' : 'fifo';
  if (stats.isDirectory()) return 'directory';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  return stats.isFile() ? 'regular' : 'anon';
}

const ACCESS = ['r', 'w', 'rw'] as const;

/**
 * Makes one pass over /proc/PID/fd; what has been closed meanwhile is left out.
 * @param process a PID as a word, or `self`
 */
export function descriptorTable(process = 'self', sockets = socketTable()): Descriptor[] {
  const found: Descriptor[] = [];
  for (const fd of openNumbers(process)) {
    try {
      const target = readlinkSync(`/proc/${process}/fd/${fd}`);
      const info = readFileSync(`/proc/${process}/fdinfo/${fd}`, 'latin1');
      const stats = statSync(`/proc/${process}/fd/${fd}`); // follows the link to the open file, deleted or not
      const flags = Number.parseInt(info.match(/^flags:\s+(\d+)/m)?.[1] ?? '0', 8);
      const kind = kindOf(stats, target);
      const deleted = target.endsWith(' (deleted)') && stats.nlink === 0;
      found.push({
        fd,
        kind,
        target,
        deleted,
        inode: stats.ino,
        device: stats.dev,
        flags,
        access: ACCESS[flags & 3] ?? 'rw',
        append: (flags & constants.O_APPEND) !== 0,
        closeOnExec: (flags & CLOEXEC) !== 0,
        position: Number(info.match(/^pos:\s+(\d+)/m)?.[1] ?? 0),
        ...(target.startsWith('/') && !deleted && kind !== 'memfd' && { path: target }),
        ...(kind === 'anon' && { anon: target.replace(/^anon_inode:\[?/, '').replace(/\]$/, '') }),
        ...(kind === 'regular' && { size: stats.size }),
        ...(kind === 'socket' && {
          socket: sockets.get(stats.ino) ?? { protocol: 'unknown', family: 'unknown' },
        }),
      });
    } catch (error) {
      if (!['ENOENT', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}
