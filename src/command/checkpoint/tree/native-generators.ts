import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { descendants } from '../../../shared/process-tree.ts';
import { ElfNames } from './elf-names.ts';

/** Generators of libc, whose one state is in every copy. */
const LIBC = /^(rand|random|random_r|rand_r|[dejlmn]rand48(_r)?)$/;
/** A symbol that a Go library exports to the C code around it. */
const GO = '_cgo_topofstack';
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const PLATFORM = /-linux-(x64|arm64)(-gnu|-musl)?$/;
const ADDON = '/native/build/addon.node';

/** The parts of such libraries that a program meets, for packages that were looked into and tried in two copies. */
const MET: Readonly<Record<string, string>> = {
  '@duckdb/node-bindings': ', as random() and uuid() in SQL,',
};

/**
 * Packages that draw only the noise of pictures and the like; and Node's own binary, as npm's package `node` has it.
 */
const HARMLESS: readonly string[] = ['@img/sharp-libvips', 'node'];

/** Path → what a library draws from, in words; undefined where it is not seen to have a generator that copies share. */
const seen = new Map<string, string | undefined>();

function generatorOf(path: string, identity: string): string | undefined {
  if (!seen.has(identity))
    seen.set(
      identity,
      ElfNames.ask(path, (file) => {
        if (file.exports(GO)) return 'a Go library';
        const used = file.imports().filter((name) => LIBC.test(name));
        return used.length > 0 ? `libc's ${used.map((name) => `${name}()`).join(', ')}` : undefined;
      }),
    );
  return seen.get(identity);
}

/** Lists native libraries of packages, and what each is seen to draw from. */
function librariesOf(pid: number): { path: string; draws: string }[] {
  let maps: string;
  try {
    maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return []; // the process has ended, or has more rights than this one
  }
  if (!maps.includes(ADDON)) return [];
  return [...maps.matchAll(/^\S+ ..x. \S+ (\S+ [1-9]\d*) +(\/.*\/node_modules\/.*)$/gm)].flatMap(
    ([, identity = '', path = '']) => {
      const draws = generatorOf(`/proc/${pid}/root${path}`, identity);
      return draws === undefined ? [] : [{ path, draws }];
    },
  );
}

/**
 * Returns a note for each package with a generator in native code that nobody can seed anew from outside
 * (docs/uniqueness.md).
 */
export function nativeGeneratorNotes(init: number, pids = descendants(init)): string[] {
  const notes = new Map<string, string>();
  for (const { path, draws } of pids.flatMap(librariesOf)) {
    const name = (PACKAGE.exec(path)?.[1] ?? basename(path)).replace(PLATFORM, '');
    if (HARMLESS.includes(name)) continue;
    const text = `${name} (${basename(path)}) has ${draws} in native code: what it draws of that${MET[name] ?? ''} is the same in every copy. Load or open it in afterRestore, or in a child that is started after the restore, see docs/uniqueness.md`;
    if (!notes.has(name)) notes.set(name, text);
  }
  return [...notes.values()];
}
