import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { programCommand } from '../supervisor/program-command.ts';

const SCRIPT = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * The command to trace: a script, or options of node before one, are run with node; anything else as it stands.
 *
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
  if (!first.startsWith('-') && !SCRIPT.includes(extname(first))) return rest;
  const { nodeOptions, script, args } = programCommand(rest);
  if (!existsSync(resolve(script))) return [process.execPath, ...rest];
  return [process.execPath, ...nodeOptions, script, ...args];
}
