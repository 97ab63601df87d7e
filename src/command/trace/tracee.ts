import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { programCommand } from '../start/program-command.ts';
import { ElfFile } from './elf.ts';

const SCRIPT = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * Returns the command to trace: a script, or options of node before one, are run with node; anything else as it stands.
 * @throws CommandError when there is none
 */
export function traceeCommand(words: string[]): string[] {
  const rest = words[0] === '--' ? words.slice(1) : words;
  const [first] = rest;
  if (first === undefined)
    throw new CommandError(
      'which program? usage: crac trace [options] [--] app.js [arguments], or crac trace [options] -- COMMAND …; see `crac trace --help`',
      EXIT.usage,
    );
  if (first === 'node') return [process.execPath, ...rest.slice(1)];
  if (!first.startsWith('-') && !SCRIPT.includes(extname(first))) {
    if (executable(first, process.env.PATH) === undefined)
      throw new CommandError(`there is no command ${first}; a program is named as for a shell`, EXIT.usage);
    return rest;
  }
  const { nodeOptions, script, args } = programCommand(rest, { command: 'trace' });
  return [process.execPath, ...nodeOptions, script, ...args];
}

/** Says whether a program can tell its own stacks: a static one takes no preloaded library. */
export function canTellStacks([command = '']: string[], path = process.env.PATH): boolean {
  const file = executable(command, path);
  return file === undefined || (ElfFile.open(file)?.isDynamic ?? true); // a script's interpreter, most likely
}

/** Finds an executable as a shell does. */
function executable(command: string, path = ''): string | undefined {
  const places = command.includes('/') ? [command] : path.split(':').map((folder) => join(folder, command));
  return places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
}
