import type { Policy } from '../../shared/protocol/policy.ts';
import { CommandError, EXIT } from '../base/command-error.ts';

/** @throws CommandError that names the file, and the line and column of a mistake */
export async function policiesFrom(file: string | undefined): Promise<Policy[]> {
  if (file === undefined) return [];
  const { readFile } = await import('node:fs/promises');
  const { parsePolicies } = await import('../policies/parse.ts');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new CommandError(`--policies ${file}: ${why}`, EXIT.usage);
  });
  try {
    return parsePolicies(text, file);
  } catch (error) {
    throw new CommandError((error as Error).message, EXIT.usage, { cause: error });
  }
}
