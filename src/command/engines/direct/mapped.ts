import { readFileSync, statSync } from 'node:fs';
import { buildIdOf } from '../../image/build-id.ts';
import type { MappedFile } from '../../image/contents.ts';

const LINE = /^\S+ \S+ \S+ \S+ [1-9]\d* +(\/.*)$/;

/** Lists the files that a program has mapped, and that its image does not hold. */
export function mappedFilesOf(program: number, except: ReadonlySet<string>): MappedFile[] {
  const paths = new Set<string>();
  for (const line of readFileSync(`/proc/${program}/maps`, 'utf8').split('\n')) {
    const path = line.match(LINE)?.[1];
    if (path !== undefined && !path.endsWith(' (deleted)') && !except.has(path)) paths.add(path);
  }
  return [...paths].flatMap((path) => {
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!status?.isFile()) return [];
    return [{ path, size: Number(status.size), modified: String(status.mtimeNs), buildId: buildIdOf(path) }];
  });
}
