import { readFileSync, statSync } from 'node:fs';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { buildIdOf } from '../../image/build-id.ts';
import type { MappedFile } from '../../image/contents.ts';

const LINE = /^\S+ \S+ \S+ \S+ [1-9]\d* +(\/.*)$/;
const DELETED = ' (deleted)';

const lines = (program: number): string[] => readFileSync(`/proc/${program}/maps`, 'utf8').split('\n');

/** Paths of the files that a program has mapped; of one that was removed or replaced, with the kernel's word for it. */
export const mappedPaths = (program: number): Set<string> =>
  new Set(lines(program).flatMap((line) => line.match(LINE)?.[1] ?? []));

/**
 * Checks that the files of this program's memory are those that they were before its dump: the image names them.
 * @param before what mappedPaths() said then
 * @throws CommandError
 */
export function checkNoneReplaced(program: number, before: ReadonlySet<string>): void {
  for (const now of mappedPaths(program)) {
    const path = now.slice(0, -DELETED.length);
    if (now.endsWith(DELETED) && before.has(path) && !before.has(now))
      throw new CommandError(
        `${path} was replaced while the image was made, which would not fit it; ask for a checkpoint again`,
        EXIT.failed,
      );
  }
}

/** Lists the files that a program has mapped, and that its image does not hold. */
export function mappedFilesOf(program: number, isExcepted: (path: string) => boolean): MappedFile[] {
  const paths = [...mappedPaths(program)].filter((path) => !path.endsWith(DELETED) && !isExcepted(path));
  return paths.flatMap((path) => {
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!status?.isFile()) return [];
    return [{ path, size: Number(status.size), modified: String(status.mtimeNs), buildId: buildIdOf(path) }];
  });
}
