import { CommandError, EXIT } from '../base/command-error.ts';
import { type Answer, type Client, excerpt, isGood, textOf } from './client.ts';
import type { WarmPlan } from './options.ts';
import { nameOf, type WarmRequest } from './requests.ts';

export interface WarmedUp {
  requests: number;
  /** The time in milliseconds. */
  took: number;
  /** The medians of the first and of the last tenth of the answers, in milliseconds. */
  first: number;
  last: number;
}

/**
 * Sends the requests of a plan: each one once, in order, so that a mistake shows at once, then the rest with the
 * plan's concurrency, in turn.
 *
 * @throws CommandError for the first answer that is not as expected; NoAnswerError
 */
export async function warmUp(
  client: Client,
  { requests, count, concurrency }: WarmPlan,
  progress: (done: number, all: number) => void,
): Promise<WarmedUp> {
  const began = performance.now();
  const times: number[] = [];
  const all = requests.reduce((sum, request) => sum + (request.count ?? count), 0);
  const send = async (request: WarmRequest) => {
    const answer = await client.ask(request);
    if (!isGood(request, answer)) throw new CommandError(complaint(client, request, answer), EXIT.failed);
    times.push(answer.took);
    progress(times.length, all);
  };
  for (const request of requests) await send(request);
  const rest = inTurn(requests, count);
  const worker = async () => {
    for (const request of rest) await send(request);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const tenth = Math.max(1, Math.floor(times.length / 10));
  return {
    requests: times.length,
    took: performance.now() - began,
    first: median(times.slice(0, tenth)),
    last: median(times.slice(-tenth)),
  };
}

/** Yields all that is left after each was sent once; shared by the workers. */
function* inTurn(requests: WarmRequest[], count: number): Generator<WarmRequest> {
  const most = Math.max(0, ...requests.map((request) => request.count ?? count));
  for (let round = 1; round < most; round++)
    for (const request of requests) if (round < (request.count ?? count)) yield request;
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function complaint(client: Client, request: WarmRequest, answer: Answer): string {
  const wanted = request.expect === undefined ? '2xx or 3xx' : String(request.expect);
  const body = textOf(answer).trim() === '' ? '' : `\n${excerpt(textOf(answer))}`;
  const advice =
    answer.status >= 500
      ? 'what is wrong in the program it may say itself (--output shows what it prints)'
      : 'is the address right?';
  return `${nameOf(request)} was answered ${answer.status} ${answer.statusText}, expected ${wanted}${body}\nasked: ${client.urlOf(request)}; ${advice}\nIf this answer is meant, put the request into a --warm-file under a line\n  # @expect ${answer.status}`;
}
