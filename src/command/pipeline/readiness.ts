import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import { Client } from './client.ts';
import type { ReadyWhen } from './options.ts';
import { listeningPorts, originsOf } from './ports.ts';
import type { Program } from './program.ts';
import { get } from './requests.ts';

export interface Readiness {
  /** The sign of readiness, in words. */
  by: string;
  /** The address of the program's server; undefined for a program without one. */
  base: URL | undefined;
}

/** The time in milliseconds between looks. */
const LOOK_EVERY = 5;

/**
 * Waits until a program is ready to be warmed up.
 *
 * @throws CommandError when time runs out
 */
export async function becomesReady(
  program: Program,
  when: ReadyWhen,
  signal: AbortSignal,
): Promise<Readiness> {
  const limit = AbortSignal.timeout(when.timeout * 1000);
  const either = AbortSignal.any([signal, limit]);
  const said: string[] = [];
  let base = when.url && new URL('/', when.url);
  try {
    if (when.line) {
      await until(either, program.output.line(when.line));
      said.push(`it printed ${when.line.source}`);
    }
    if (when.api) {
      await looked(either, () => program.saidReady);
      said.push('it called ready()');
    }
    if (when.url) {
      await answersWell(when.url, either);
      said.push(`${when.url} answers`);
    }
    if (said.length === 0) {
      const passed = new Set<string>();
      base = await looked(either, async () => program.saidReady || (await reachable(program, passed)));
      said.push(base ? `${base.origin} answers` : 'it called ready()');
    }
    base ??= await reachable(program, new Set());
    return { by: said.join(', '), base };
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw new CommandError(
      tooLate(when, await reachable(program, new Set()), program.output.tail()),
      EXIT.timeout,
      {
        cause: error,
      },
    );
  }
}

/** Looks until something is there; `true` is no value, only an end. */
async function looked<T>(
  signal: AbortSignal,
  look: () => T | true | Promise<T | true | undefined>,
): Promise<T | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found === true) return undefined;
    if (found) return found;
    await pause(LOOK_EVERY);
  }
}

function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

async function answersWell(url: URL, signal: AbortSignal): Promise<void> {
  const client = new Client(undefined, signal);
  try {
    await looked(signal, async () => {
      const answer = await client.ask(get(url.href)).catch(() => undefined); // not listening yet
      return answer !== undefined && answer.status >= 200 && answer.status < 400 ? true : undefined;
    });
  } finally {
    client.close();
  }
}

/** Finds the first port of the program that takes a connection. */
export async function reachable(program: Program, passed: Set<string>): Promise<URL | undefined> {
  for (const origin of listeningPorts(program.processes, passed).flatMap(originsOf))
    if (await takesConnection(origin)) return origin;
  return undefined;
}

function takesConnection({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) });
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('connect', () => {
      resolve(true);
      socket.end().resume(); // a clean end: not every server outlives a reset
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(false));
  });
}

function tooLate(when: ReadyWhen, open: URL | undefined, tail: string): string {
  const missing = [
    when.line && `printed no line that matches ${when.line}`,
    when.api && 'did not call ready()',
    when.url && `gave no 2xx or 3xx at ${when.url}`,
  ].filter(Boolean);
  const waited = `the program was not ready after ${when.timeout} s`;
  const longer = `if it needs longer: --ready-timeout ${when.timeout * 2}`;
  if (missing.length > 0)
    return `${waited}: it ${missing.join(', or ')}${open ? ` (it listens at ${open.origin})` : ''}; ${longer}${tail}`;
  return `${waited}: it listens on no TCP port, and did not call ready(). Say how it tells that it is ready: --ready-line REGEX, --ready-url URL or --wait-ready; ${longer}${tail}`;
}
