import { basename } from 'node:path';
import { ElfNames } from './elf-names.ts';

/**
 * The symbol of node::Start(int, char**), by which every embedder starts Node; Bun and Deno have Node's interface for
 * addons only.
 */
const START = '_ZN4node5StartEiPPc';
/** A line of `node --help`, by which a static or stripped node is known, which has no symbols. */
const HELP = 'Usage: node [options] [ script.js ] [arguments]';
const GO = '\xff Go buildinf:';

const DRAWS =
  /^(getrandom|getentropy|arc4random.*|s?random(_r)?|s?rand(_r)?|[desl]rand48|RAND_.*|gnutls_rnd)$/;
/** Languages with a generator of their own, which their programs draw from. */
const LANGUAGE =
  /^(python|ruby|perl|php|java$|lua|R$|julia|guile|racket|beam|erl|dotnet|mono|deno|bun$|bun-|swipl|tclsh|ocamlrun)/;
/** Programs that draw nothing which another program answers with. */
const HARMLESS = /^((ba|da|z|k|fi)?sh|busybox|git|esbuild|ssh|curl|tail|tee|cat)$/;

export interface Executable {
  isNode: boolean;
  isStatic: boolean;
  drawsRandomness: boolean;
}

const known = new Map<string, Executable>();

/**
 * Returns what a file is that a process executes code of.
 * @param path where it is read
 * @param name its name in the process's own world
 * @param identity of the file: each is read once
 */
export function executable(path: string, name: string, identity: string): Executable {
  const found = known.get(identity) ?? examine(path, basename(name));
  known.set(identity, found);
  return found;
}

function examine(path: string, name: string): Executable {
  const language = LANGUAGE.test(name);
  const nothing = { isNode: false, isStatic: false, drawsRandomness: language };
  return (
    ElfNames.ask(path, (file) => {
      const isStatic = !file.isDynamic;
      const isLibrary = /\.so(\.|$)|\.node$/.test(name);
      const mayHideNode = !isLibrary && (isStatic || /^node/.test(name));
      const isNode = file.exports(START) || (mayHideNode && file.contains(HELP));
      if (isNode || HARMLESS.test(name)) return { isNode, isStatic, drawsRandomness: false };
      const draws =
        language || (isStatic ? file.contains(GO) : file.imports().some((each) => DRAWS.test(each)));
      return { isNode, isStatic, drawsRandomness: draws };
    }) ?? nothing
  );
}
