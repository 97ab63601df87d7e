import { readFileSync, readlinkSync } from 'node:fs';
import { descendants } from '../../../shared/process-tree.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { insidePid } from '../../base/processes.ts';
import { type Executable, executable } from './executables.ts';

/** One process below the program's init. */
export interface TreeProcess {
  /** The PID as seen from here. */
  pid: number;
  /** The PID as the program sees it. */
  inside: number;
  parent: number;
  command: string;
  words: string[];
  isNode: boolean;
  isStatic: boolean;
  drawsRandomness: boolean;
  /** True where native/preload's library is loaded. */
  hasLibrary: boolean;
  /** True where the addon is loaded, which the preload loads first: then the preload has run. */
  hasPreload: boolean;
  /** True of the child that writes the image of a program that goes on (native/engines/direct/inside/snapshot-writer.c). */
  isWriter: boolean;
}

const LIBRARY = '/native/build/no-io-uring.so';
const ADDON = '/native/build/addon.node';
/** The library of Electron, which has Node inside and a start of its own. */
const ELECTRON = '/libffmpeg.so';
/** Matches the kernel's words for a process of this name. */
const WRITER = /^Name:\tcrac-snapshot$/m;
/** Matches the launcher's own processes, which the engine does not dump. */
const LAUNCHER = /\/crac-native( \(deleted\))?$/;

interface Mapped {
  path: string;
  identity: string;
}

/** Lists every process of the tree that may be looked at; one that ends meanwhile is left out. */
export function treeProcesses(init: number): TreeProcess[] {
  return descendants(init).flatMap((pid) => treeProcess(pid) ?? []);
}

/** Describes a process without a PID 1 of ours; undefined where it may not be looked at. */
export function treeProcess(pid: number): TreeProcess | undefined {
  try {
    const exe = readlinkSync(`/proc/${pid}/exe`);
    if (LAUNCHER.test(exe)) return undefined;
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const hasLibrary = hasMapped(maps, LIBRARY);
    const hasPreload = hasLibrary && hasMapped(maps, ADDON);
    const files = hasPreload || hasMapped(maps, ELECTRON) ? [] : executed(maps);
    const kinds = files.map((file) => kindOf(pid, exe, file));
    return {
      pid,
      inside: insidePid(status) ?? pid,
      parent: Number(status.match(/^PPid:\s+(\d+)$/m)?.[1]),
      command: shortCommand(words.filter(Boolean)),
      words,
      isNode: hasPreload || kinds.some(({ isNode }) => isNode),
      isStatic: kinds.some(({ isStatic }, index) => isStatic && files[index]?.path === exe),
      drawsRandomness: kinds.some(
        ({ drawsRandomness }, index) => drawsRandomness && files[index]?.path === exe,
      ),
      hasLibrary,
      hasPreload,
      isWriter: WRITER.test(status),
    };
  } catch (error) {
    // The process has ended, or has more rights than this one: the engine will say.
    if (!['ENOENT', 'EACCES', 'EPERM', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    return undefined;
  }
}

const hasMapped = (maps: string, name: string): boolean =>
  new RegExp(`${name.replaceAll('.', '\\.')}[.\\d]*( \\(deleted\\))?$`, 'm').test(maps);

/** Lists each file once that code is executed of. */
function executed(maps: string): Mapped[] {
  const found = new Map<string, Mapped>();
  for (const [, identity = '', path = ''] of maps.matchAll(/^\S+ ..x. \S+ (\S+ [1-9]\d*) +(\/.*)$/gm))
    found.set(identity, { identity, path });
  return [...found.values()];
}

function kindOf(pid: number, exe: string, { path, identity }: Mapped): Executable {
  const place = path === exe ? `/proc/${pid}/exe` : `/proc/${pid}/root${path}`;
  return executable(place, path.replace(/ \(deleted\)$/, ''), identity);
}
