import { spawn } from 'node:child_process';
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CommandError, EXIT } from '../../base/command-error.ts';

/** The source of the secret: a file, or what a command prints (a key service's client). */
export type SecretSource = { file: string } | { command: string };

/** The number of bytes below which a secret can be guessed, or was cut off. */
const LEAST = 32;

/** @throws CommandError where there is none, or one that is too short to be a key */
export async function readSecret(source: SecretSource): Promise<Buffer> {
  const name = 'file' in source ? source.file : `the output of \`${source.command}\``;
  const bytes = 'file' in source ? await fromFile(source.file) : await fromCommand(source.command);
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--; // as an editor or `echo` leaves it
  if (end >= LEAST) return bytes.subarray(0, end);
  throw new CommandError(
    `${name} has ${end} bytes; a key has at least ${LEAST}. Make one with\n  (umask 077; openssl rand -hex 32 >image.key)`,
    EXIT.usage,
  );
}

async function fromFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CommandError(
      `cannot read the key ${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`,
      EXIT.usage,
      { cause },
    );
  }
}

async function fromCommand(command: string): Promise<Buffer> {
  const child = spawn('sh', ['-c', command], { stdio: ['inherit', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code));
  });
  if (outcome === 0) return Buffer.concat(chunks);
  throw new CommandError(
    `the command for the key ended with ${outcome}: ${command}\nIt must print the key to its standard output; run it by hand to see what it lacks`,
    EXIT.failed,
  );
}

/** Derives the key of one encrypted image: a salt of its own makes it differ from that of every other. */
export const keyFrom = (secret: Buffer, salt: Buffer): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, 'node-crac image encryption 1', 32)));
