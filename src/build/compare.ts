import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';
import { inspectImage } from '../image/inspect.ts';
import { allowed } from '../uniqueness/allow.ts';
import { equalInBoth, type Observed } from '../uniqueness/find.ts';
import type { Finding } from '../uniqueness/finding.ts';
import { Cancellation } from './cancellation.ts';
import { Client } from './client.ts';
import { firstAnswer, originOf, withCopy } from './copy.ts';
import type { Progress } from './progress.ts';
import { get, nameOf, type WarmRequest } from './requests.ts';
import { askTwice, CLOCKS_DIFFER } from './two-copies.ts';

export interface CompareOptions {
  /** Absolute path. */
  image: string;
  /** What both copies are asked; `GET /` if empty. */
  requests: WarmRequest[];
  allowEqual: string[];
  /** Further words for `crac restore`. */
  restore: string[];
  /** Seconds until a copy must have answered. */
  timeout: number;
  /** Receives every line that the copies print. */
  output?: (line: string) => void;
}

export interface CompareResult {
  image: string;
  /** As `GET /items`. */
  asked: string[];
  equal: Finding[];
}

/**
 * Restores two copies of an image, one after the other, asks both the same twice, and says what both have in common
 * though it varies. Whatever happens, nothing is left running.
 *
 * @throws CommandError with what failed and what to do
 */
export async function compareImage(options: CompareOptions, progress: Progress): Promise<CompareResult> {
  const { image, allowEqual } = options;
  await inspectImage(image);
  const isAllowed = allowed(allowEqual);
  const requests = options.requests.length > 0 ? options.requests : [get('/')];
  const cancellation = new Cancellation('the comparison was', 'nothing is left running');
  const { signal } = cancellation;
  try {
    progress.begin('first', 'asking a first copy');
    const first = await askCopy(options, requests, signal);
    progress.begin('second', 'asking a second copy');
    await pause(CLOCKS_DIFFER, undefined, { signal });
    const second = await askCopy(options, requests, signal);
    const equal = equalInBoth([], [first, second]).filter((finding) => !isAllowed(finding));
    return { image, asked: requests.map(nameOf), equal };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    progress.clear();
    cancellation.end();
  }
}

function askCopy(
  { image, restore, output, timeout }: CompareOptions,
  requests: WarmRequest[],
  signal: AbortSignal,
): Promise<Observed[]> {
  return withCopy({ image, words: restore, output, signal }, async (copy, either) => {
    const whole = requests.find(({ target }) => !target.startsWith('/'));
    const base = whole ? new URL('/', whole.target) : await originOf(copy, timeout, either);
    if (!base)
      throw new CommandError(
        `the restored program listens on no TCP port, so there is nothing to ask; give whole addresses, as --request http://127.0.0.1:3000/`,
        EXIT.failed,
      );
    const client = new Client(base, either);
    try {
      await firstAnswer(client, requests[0] as WarmRequest, copy, timeout);
      return await askTwice(client, requests);
    } finally {
      client.close();
    }
  });
}
