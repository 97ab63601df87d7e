import { constants, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { OpenFile } from '../../image/contents.ts';
import { factsOf } from '../../image/file-facts.ts';
import type { ReportedFile } from './reported.ts';

const O_ACCMODE = 3;
const O_APPEND = 0o2000;
/** Matches places that the kernel fills anew each time they are read. */
const MADE_UP = /^\/(?:proc|sys|dev)\//;

/**
 * Lists files and directories that a program has open, but those that become the caller's streams.
 * @param program as seen from here
 * @param known its PID in the image
 * @param files as they were noted; undefined where the program stands still and is looked at
 */
export function openFilesOf(
  program: number,
  streams: ReadonlySet<number>,
  known: number = program,
  files: readonly ReportedFile[] = lookAt(program),
): OpenFile[] {
  return files.flatMap(({ path, fd, flags, position, size, mode, modified }) => {
    const isDirectory = (mode & constants.S_IFMT) === constants.S_IFDIR;
    const isPlain = isDirectory || (mode & constants.S_IFMT) === constants.S_IFREG;
    const facts =
      !isPlain || streams.has(fd) || MADE_UP.test(path) ? undefined : factsOf(path, position, size);
    if (!facts) return [];
    return [
      {
        path,
        process: known,
        fd,
        access: accessOf(flags, isDirectory),
        position,
        ...facts,
        modified,
        mode,
      },
    ];
  });
}

function lookAt(program: number): ReportedFile[] {
  const found: ReportedFile[] = [];
  for (const name of readdirSync(`/proc/${program}/fd`)) {
    const fd = Number(name);
    const path = readlinkSync(`/proc/${program}/fd/${fd}`);
    if (!path.startsWith('/') || path.endsWith(' (deleted)')) continue;
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!status) continue;
    const info = readFileSync(`/proc/${program}/fdinfo/${fd}`, 'latin1');
    const flags = Number.parseInt(info.match(/^flags:\s+(\d+)/m)?.[1] ?? '0', 8);
    const position = Math.min(Number(info.match(/^pos:\s+(\d+)/m)?.[1] ?? 0), Number.MAX_SAFE_INTEGER);
    const { size, mode, mtimeNs } = status;
    found.push({
      fd,
      flags,
      position,
      size: Number(size),
      mode: Number(mode),
      modified: String(mtimeNs),
      path,
    });
  }
  return found;
}

function accessOf(flags: number, isDirectory: boolean): OpenFile['access'] {
  if (isDirectory) return 'directory';
  if ((flags & O_ACCMODE) === 0) return 'read';
  return flags & O_APPEND ? 'append' : 'write';
}
