import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { nodeKnows } from './node-knows.ts';

/** Options of node whose value is a word of its own. */
const WITH_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--title',
  '--inspect-port',
  '--icu-data-dir',
  '--openssl-config',
  '--disable-warning',
  '--input-type',
  '--stack-trace-limit',
  '--dns-result-order',
  '--unhandled-rejections',
  '--redirect-warnings',
  '--diagnostic-dir',
  '--watch-path',
  '--max-http-header-size',
]);

export interface ProgramCommand {
  /** The options for node. */
  nodeOptions: string[];
  script: string;
  args: string[];
}

/**
 * Splits `[node options] script [args]`. A leading `node` word, as people write it, is dropped.
 *
 * @param caller the command, for messages, and the node binary that will get the options
 * @throws CommandError when an option is not known, when there is no script, or no such file
 */
export function programCommand(
  words: string[],
  { command = 'run', node = process.execPath }: { command?: string; node?: string | undefined } = {},
): ProgramCommand {
  const rest = words[0] === '--' ? words.slice(1) : [...words];
  if (rest[0] === 'node' && !existsSync('node')) rest.shift();
  const nodeOptions: string[] = [];
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift() as string;
    if (!nodeKnows(option, node))
      throw new CommandError(
        `unknown option ${option}: neither crac nor node has it; see \`crac ${command} --help\``,
        EXIT.usage,
      );
    nodeOptions.push(option);
    if (WITH_VALUE.has(option) && rest.length > 0) nodeOptions.push(rest.shift() as string);
  }
  const [script, ...args] = rest;
  if (script === undefined) {
    throw new CommandError(
      'which program? usage: crac run --image DIR [options] [--] app.js [args]; see `crac run --help`',
      EXIT.usage,
    );
  }
  if (!resolvable(script)) {
    throw new CommandError(
      `there is no file ${resolve(script)}; name the program's script as for node`,
      EXIT.usage,
    );
  }
  return { nodeOptions, script, args };
}

/**
 * Tells whether node finds its main script there: the file, with an extension, or a directory with an index or a
 * package.json.
 */
const resolvable = (script: string): boolean =>
  ['', '.js', '.json', '.node', '.cjs', '.mjs'].some((extension) => existsSync(resolve(script) + extension));
