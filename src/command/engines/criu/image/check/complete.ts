import { PAGE, parsePageMap } from '../cow/page-map.ts';
import { fieldsOf, numberField } from '../wire.ts';
import type { Dumped } from './dumped.ts';
import type { Problem, Rule } from './problem.ts';

const advice =
  'Look at the disk for errors and room (df, dmesg) and make the checkpoint again; if it stays so, report it with the log';
const REMAP = { original: 1, remap: 2, type: 3 };
const GHOST = 1;

/** The rule that every file that a restore opens is there, and every page that a page map names is in its file. */
export const filesAreComplete: Rule = (dumped) => [
  ...missing(dumped, ['inventory.img', 'pstree.img', 'files.img']),
  ...dumped.processes.flatMap((process) => ofProcess(dumped, process)),
  ...ghosts(dumped),
];

function missing(dumped: Dumped, names: string[], process?: number): Problem[] {
  return names
    .filter((name) => !dumped.names.has(name))
    .map((name) => ({
      holder: process === undefined ? undefined : { process },
      what: `the engine wrote no ${name}`,
      advice,
    }));
}

function ofProcess(dumped: Dumped, { pid, threads, ended, table }: Dumped['processes'][number]): Problem[] {
  const cores = [pid, ...threads].map((thread) => `core-${thread}.img`);
  if (ended) return missing(dumped, cores, pid);
  const own = ['mm', 'fs', 'ids', 'pagemap'].map((kind) => `${kind}-${pid}.img`);
  const absent = missing(dumped, [...new Set([...cores, ...own, ...(table ? [table] : [])])], pid);
  return absent.length > 0 ? absent : pages(dumped, pid);
}

function pages(dumped: Dumped, process: number): Problem[] {
  const { pagesId, runs } = parsePageMap(dumped.read(`pagemap-${process}.img`));
  const name = `pages-${pagesId}.img`;
  if (runs.length === 0) return [];
  if (!dumped.names.has(name)) return missing(dumped, [name], process);
  const last = runs.at(-1);
  const needed = last ? last.at + last.pages * PAGE : 0;
  const size = dumped.size(name);
  if (size >= needed) return [];
  return [{ holder: { process }, what: `${name} has ${size} bytes of ${needed}`, advice }];
}

/** Checks the content of deleted files. */
function ghosts(dumped: Dumped): Problem[] {
  if (!dumped.names.has('remap-fpath.img')) return [];
  return dumped.messages('remap-fpath.img').flatMap((bytes) => {
    const fields = fieldsOf(bytes);
    if ((numberField(fields, REMAP.type) ?? GHOST) !== GHOST) return [];
    const id = (numberField(fields, REMAP.remap) ?? 0).toString(16);
    return missing(dumped, [`ghost-file-${id}.img`]).map((problem) => ({
      ...problem,
      holder: dumped.holder(numberField(fields, REMAP.original) ?? 0),
    }));
  });
}
