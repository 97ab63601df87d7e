import { serializeError } from '../../shared/errors/index.ts';
import { printableJson, printableLines } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { asCommandError, isSystemError } from '../checkpoint/system-error.ts';

/** Exit codes for errors of the system. */
const CODES: Record<string, number> = {
  inspect: EXIT.image,
  image: EXIT.image,
  restore: EXIT.image,
  engine: EXIT.engine,
};

/** Failures that a command has printed as JSON already. */
const told = new WeakSet<CommandError>();

export const isTold = (failure: CommandError): void => void told.add(failure);

const hasCracCode = (error: unknown): boolean =>
  /^ERR_CRAC_/.test(String((error as { code?: unknown } | undefined)?.code));

/** Makes something to tell the user of whatever a command ends by. */
export function failureOf(error: unknown, command: string): CommandError {
  if (error instanceof CommandError) return error;
  if (hasCracCode(error)) return new CommandError((error as Error).message, EXIT.engine, { cause: error });
  const doing = `carry out \`crac ${command}\``;
  if (isSystemError(error)) return asCommandError(error, doing, CODES[command] ?? EXIT.failed);
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new CommandError(
    `cannot ${doing}: ${said}\nThis is a fault of crac. Please report it with what this prints:\n  CRAC_DEBUG=1 crac ${command} …`,
    EXIT.failed,
    { cause: error },
  );
}

/**
 * Reports a failure; the one place where commands end badly. With `--json` the same is said on standard output, as
 * JSON.
 */
export function report(error: unknown, command: string, json: boolean): number {
  const failure = failureOf(error, command);
  if (json && !told.has(failure)) process.stdout.write(`${printableJson({ error: jsonOf(failure) })}\n`);
  process.stderr.write(`crac: ${printableLines(failure.message)}\n`);
  if (process.env.CRAC_DEBUG) console.error(error);
  return failure.exitCode;
}

/**
 * Writes a failure as JSON, with the code by which a program tells one failure from another: the system's, or one of
 * ours.
 */
export function jsonOf(failure: CommandError): object {
  const { stack: _, cause: __, ...plain } = serializeError(failure);
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return { ...plain, ...(typeof code === 'string' && { code }) };
}
