import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import { inspectImage } from '../image/inspect.ts';
import { allowed } from '../uniqueness/allow.ts';
import { equalInBoth, type Observed } from '../uniqueness/find.ts';
import type { Finding } from '../uniqueness/finding.ts';
import { sentByBoth } from '../uniqueness/sent.ts';
import { askTwice, CLOCKS_DIFFER } from './ask-twice.ts';
import { Cancellation } from './cancellation.ts';
import { Client } from './client.ts';
import { firstAnswer, originOf, withCopy } from './copy.ts';
import { Outgoing } from './outgoing.ts';
import type { Program } from './program.ts';
import type { Progress } from './progress.ts';
import { get, nameOf, type WarmRequest } from './requests.ts';

export interface CompareOptions {
  /** The absolute path. */
  image: string;
  /** The requests to both copies; `GET /` if empty. */
  requests: WarmRequest[];
  allowEqual: string[];
  /** True where what they send to others on this machine is compared, too. */
  watchOutgoing: boolean;
  /** Further words for `crac restore`. */
  restore: string[];
  /** The time in seconds until a copy must have answered. */
  timeout: number;
  /** Receives every line that the copies print. */
  output?: ((line: string) => void) | undefined;
}

export interface CompareResult {
  image: string;
  /** The requests, as `GET /items`. */
  asked: string[];
  equal: Finding[];
}

/**
 * Restores two copies of an image, one after the other, asks both the same twice, and says what both have in common
 * though it varies. Whatever happens, nothing is left running.
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
    const [first, second] = await askTwoCopies({ ...options, requests }, progress, signal);
    const equal = [
      ...equalInBoth([], [first.answers, second.answers]),
      ...sentByBoth(first.sent, second.sent, settings()),
    ].filter((finding) => !isAllowed(finding));
    return { image, asked: requests.map(nameOf), equal };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    progress.clear();
    cancellation.end();
  }
}

/** Returns the settings that the program was given: no more than these may be sent. */
const settings = (): string[] =>
  [...Object.values(process.env), ...process.argv].filter((one) => one !== undefined);

/** The answers of a copy, and what it has sent to others. */
interface Seen {
  answers: Observed[];
  sent: Observed[];
}

type Asked = Omit<CompareOptions, 'allowEqual'>;

/** Compares what two copies send to others on this machine. */
export async function compareSent(
  options: Asked,
  progress: Progress,
  signal: AbortSignal,
): Promise<Finding[]> {
  const [first, second] = await askTwoCopies(options, progress, signal);
  return sentByBoth(first.sent, second.sent, settings());
}

async function askTwoCopies(options: Asked, progress: Progress, signal: AbortSignal): Promise<[Seen, Seen]> {
  progress.begin('first', 'asking a first copy');
  const first = await askCopy(options, signal);
  progress.begin('second', 'asking a second copy');
  await pause(CLOCKS_DIFFER, undefined, { signal });
  return [first, await askCopy(options, signal)];
}

async function askCopy(options: Asked, signal: AbortSignal): Promise<Seen> {
  const { image, restore, output } = options;
  const outgoing = options.watchOutgoing ? await Outgoing.of(image) : undefined;
  try {
    return await withCopy(
      { image, words: [...restore, ...(outgoing?.words ?? [])], output, signal },
      async (copy, either) => ({
        answers: await answersOf(options, copy, outgoing, either),
        sent: outgoing?.observed ?? [],
      }),
    );
  } finally {
    await outgoing?.remove();
  }
}

async function answersOf(
  { requests, timeout }: Asked,
  copy: Program,
  outgoing: Outgoing | undefined,
  signal: AbortSignal,
): Promise<Observed[]> {
  const whole = requests.find(({ target }) => !target.startsWith('/'));
  const base = whole
    ? new URL('/', whole.target)
    : await (outgoing ? outgoing.origin(copy, timeout, signal) : originOf(copy, timeout, signal));
  if (!base && !outgoing) throw nothingToAsk();
  if (!base || requests.length === 0) {
    for (let round = 0; round < 3; round++) await outgoing?.endRound(signal);
    return [];
  }
  const client = new Client(base, signal, outgoing?.ports);
  try {
    await firstAnswer(client, requests[0] ?? get('/'), copy, timeout);
    await outgoing?.endRound(signal);
    return await askTwice(client, requests, () => outgoing?.endRound(signal));
  } finally {
    client.close();
  }
}

const nothingToAsk = (): CommandError =>
  new CommandError(
    'the restored program listens on no TCP port, so there is nothing to ask; give whole addresses, as --request http://127.0.0.1:3000/, or compare what it sends, with --watch-outgoing',
    EXIT.failed,
  );
