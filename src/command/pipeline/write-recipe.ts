import { writeFileSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';

export interface RecipeFile {
  /** The option, as `--dockerfile`. */
  option: string;
  /** The path; empty for standard output. */
  path: string;
  text: string;
  /** The words about a file: how it is used. */
  use: string;
}

/**
 * Writes files for a person to look at and to keep.
 *
 * @throws CommandError for a file that is there already, unless `force`; and for two files on standard output
 */
export function writeRecipes(files: RecipeFile[], force: boolean): void {
  if (files.filter(({ path }) => path === '').length > 1)
    throw new CommandError(
      `${files.map(({ option }) => option).join(' and ')}: only one of them can go to standard output; name a file, as ${files[0]?.option}=FILE`,
      EXIT.usage,
    );
  for (const { option, path, text, use } of files) {
    if (path === '') {
      process.stdout.write(text);
      continue;
    }
    try {
      writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new CommandError(
        code === 'EEXIST'
          ? `${option}=${path}: there is such a file; look at it, and overwrite it with --force`
          : `${option}=${path}: ${message}`,
        EXIT.usage,
        { cause },
      );
    }
    process.stderr.write(`crac: ${path} written; ${use}\n`);
  }
}
