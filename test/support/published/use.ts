import { expect } from 'vitest';
import { end } from '../copies.ts';
import { type Place, pause, type Running } from '../crac.ts';
import { type Application, ask } from './application.ts';

/** Measures the milliseconds from `start` until it answers a request as it should. */
export async function answers(
  { ready, headers = {} }: Application,
  port: number,
  { child, stdout, stderr }: Running,
  start: number,
): Promise<number> {
  for (const until = start + 200_000; ; await pause(5)) {
    try {
      await ask(port, ready, { headers });
      return performance.now() - start;
    } catch (error) {
      if (performance.now() > until || child.exitCode !== null)
        throw new Error(`no answer:\n${stdout()}${stderr()}`, { cause: error });
    }
  }
}

interface Before {
  token: string;
  id: string;
  /** The answer for `id`. */
  before: unknown;
}

/** Uses a copy: what was made before is there, and new things can be made, by an old and by a new login. */
async function useCopy(program: Application, port: number, { token, id, before }: Before) {
  expect(await program.read(port, token, id)).toEqual(before);
  await program.connect?.(port, token);
  const tokens = await Promise.all(
    Array.from({ length: program.logins }, () => program.login?.(port) as Promise<string>),
  );
  const made = await program.create(port, tokens[0] ?? '', `after-${port}`);
  await program.read(port, tokens[0] ?? '', made);
  return [...tokens, made];
}

/** Uses both copies at once; no secret and no id is that of the other, or of before. */
export async function useCopies(program: Application, what: Before): Promise<void> {
  const made = await Promise.all([0, 1].map((n) => useCopy(program, program.port + n, what)));
  const secrets = [what.token, what.id, ...made.flat()];
  expect(new Set(secrets).size).toBe(secrets.length);
}

/** Ends copies as a person does; checks that each ends as the application ends. */
export const endAll = (place: Place, { diesBy }: Application, copies: Running[]): Promise<void> =>
  end(place, copies, 'SIGTERM', diesBy && { code: null, signal: diesBy });
