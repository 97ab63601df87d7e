import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';

/**
 * Reads the variables of `--env` and `--env-file`: single ones come before those of the file.
 * @throws CommandError for what is no NAME=VALUE
 */
export function environmentFrom(single: string[] = [], file: string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  const take = (entry: string, where: string): void => {
    const equals = entry.indexOf('=');
    if (equals < 1)
      throw new CommandError(`${where} ${JSON.stringify(entry)}: expected NAME=VALUE`, EXIT.usage);
    found[entry.slice(0, equals)] = entry.slice(equals + 1);
  };
  for (const line of file === undefined ? [] : read(file).split(/\r?\n/))
    if (line.trim() !== '' && !line.startsWith('#')) take(line, `${file}:`);
  for (const entry of single) take(entry, '--env');
  return found;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`--env-file ${file}: ${(cause as Error).message}`, EXIT.usage, { cause });
  }
}
