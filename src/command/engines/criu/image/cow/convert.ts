import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImageForm, StoredMemory } from '../../../../image/contents.ts';
import { parseFiles } from './files.ts';
import { parseMemoryMap } from './memory-map.ts';
import { PAGE_FILE, PageFile } from './page-file.ts';
import { convertProcess } from './process.ts';

/** The page file that a restored program still maps when it is checkpointed again. */
export interface OlderPageFile {
  /** The descriptor, open for reading; the file may have lost its name. */
  fd: number;
  /** The name that the engine was told (`--external`). */
  external: string;
}

/**
 * Gives CRIU's files in a directory the wanted form, in place. Images never depend on each other: what a restored
 * program still has from its own image is copied.
 */
export function convertImage(
  directory: string,
  rootPid: number,
  form: ImageForm,
  older: OlderPageFile | undefined,
): StoredMemory {
  const filesPath = join(directory, 'files.img');
  const { names, nextId } = parseFiles(readFileSync(filesPath));
  const pageFile = new PageFile(directory, nextId);
  const { program } = parseMemoryMap(readFileSync(join(directory, `mm-${rootPid}.img`)));
  const isNamed = (name: string) => name === older?.external || basename(name) === PAGE_FILE;
  try {
    for (const name of readdirSync(directory)) {
      const pid = name.match(/^mm-(\d+)\.img$/)?.[1];
      if (pid === undefined) continue;
      convertProcess({
        directory,
        pid,
        form,
        names,
        rootProgram: names.get(program) ?? '',
        older: older && { fd: older.fd, isNamed },
        pageFile,
      });
    }
  } finally {
    pageFile.close();
  }
  appendFileSync(filesPath, pageFile.entries);
  return { form, pageFile: pageFile.size, memory: pageFile.tally };
}
