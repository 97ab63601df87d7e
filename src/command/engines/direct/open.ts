import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { OpenFile } from '../../image/contents.ts';
import { factsOf } from '../../image/file-facts.ts';

const O_ACCMODE = 3;
const O_APPEND = 0o2000;
/** Matches places that the kernel fills anew each time they are read. */
const MADE_UP = /^\/(?:proc|sys|dev)\//;

/**
 * Lists files and directories that a program which stands still has open, but those that become the caller's streams.
 * @param known its PID in the image
 */
export function openFilesOf(
  program: number,
  streams: ReadonlySet<number>,
  known: number = program,
): OpenFile[] {
  const found: OpenFile[] = [];
  for (const name of readdirSync(`/proc/${program}/fd`)) {
    const fd = Number(name);
    const path = readlinkSync(`/proc/${program}/fd/${fd}`);
    if (streams.has(fd) || !path.startsWith('/') || MADE_UP.test(path) || path.endsWith(' (deleted)'))
      continue;
    const status = statSync(path, { throwIfNoEntry: false });
    if (!status?.isFile() && !status?.isDirectory()) continue;
    const info = readFileSync(`/proc/${program}/fdinfo/${fd}`, 'latin1');
    const flags = Number.parseInt(info.match(/^flags:\s+(\d+)/m)?.[1] ?? '0', 8);
    const position = Math.min(Number(info.match(/^pos:\s+(\d+)/m)?.[1] ?? 0), Number.MAX_SAFE_INTEGER);
    const facts = factsOf(path, position, status.size);
    if (!facts) continue;
    found.push({
      path,
      process: known,
      fd,
      access: accessOf(flags, status.isDirectory()),
      position,
      ...facts,
      mode: status.mode,
    });
  }
  return found;
}

function accessOf(flags: number, isDirectory: boolean): OpenFile['access'] {
  if (isDirectory) return 'directory';
  if ((flags & O_ACCMODE) === 0) return 'read';
  return flags & O_APPEND ? 'append' : 'write';
}
