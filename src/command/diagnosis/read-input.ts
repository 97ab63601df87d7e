import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { decode } from './decode.ts';
import { imageFacts, readDirectory } from './inspect-directory.ts';
import { readAll, readLog } from './read-log.ts';

export interface Input {
  /** The name in messages. */
  name: string;
  text: string;
  kind: 'file' | 'directory' | 'input';
}

function toText(name: string, content: Buffer): string {
  if (content.length === 0 || content.toString('latin1').trim() === '')
    throw new CommandError(
      `${name} is empty: give it the engine's log (dump4.log, restore.log), an image directory, or console output`,
      EXIT.usage,
    );
  const text = decode(content);
  if (text === undefined)
    throw new CommandError(
      `${name} is no text: give it a log or, for an image, its directory; an archive must be unpacked first (tar -xf)`,
      EXIT.usage,
    );
  return text;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'there is no such file or directory',
  EACCES: 'it may not be read by this user',
  EPERM: 'it may not be read by this user',
};

async function readPath(word: string): Promise<Input> {
  const path = resolve(word);
  const status = await stat(path);
  if (!status.isDirectory()) return { name: word, kind: 'file', text: toText(word, await readLog(path)) };
  const text = await readDirectory(path);
  if (text === undefined)
    throw new CommandError(
      `${word} holds neither an image nor a log (*.log): name the directory of an image, or the log itself`,
      EXIT.usage,
    );
  return { name: word, kind: 'directory', text };
}

/**
 * Reads what is to be explained.
 *
 * @param word a file, a directory, `-`, or undefined for standard input
 * @param image the image that a log is about: what is wrong with it stands first
 * @throws CommandError where there is nothing to read
 */
export async function readInput(word: string | undefined, image?: string): Promise<Input> {
  const facts = image === undefined ? [] : await imageFacts(resolve(image));
  try {
    const input = await readOne(word);
    return { ...input, text: [...facts, input.text].join('\n') };
  } catch (error) {
    if (facts.length > 0) return { name: image as string, kind: 'directory', text: facts.join('\n') };
    throw error;
  }
}

async function readOne(word: string | undefined): Promise<Input> {
  if (word === undefined && process.stdin.isTTY)
    throw new CommandError('what shall be explained? See `crac explain --help`', EXIT.usage);
  if (word === undefined || word === '-')
    return {
      name: 'standard input',
      kind: 'input',
      text: toText('standard input', await readAll(process.stdin)),
    };
  try {
    return await readPath(word);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(`cannot read ${word}: ${REASONS[code ?? ''] ?? message}`, EXIT.usage);
  }
}
