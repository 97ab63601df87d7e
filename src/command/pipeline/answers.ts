import type { Observed } from '../uniqueness/find.ts';
import { type Answer, type Client, excerpt, textOf } from './client.ts';
import { nameOf, type WarmRequest } from './requests.ts';

/** The program's answers to one request before the checkpoint, which was asked twice. */
export interface Sample {
  request: WarmRequest;
  first: Answer;
  second: Answer;
  /** The answer at the end, where other requests may have changed what this one shows. */
  last?: Answer;
}

export interface Compared {
  /** The request, as `GET /items`. */
  request: string;
  status: number;
  result: 'same' | 'same status' | 'varies' | 'different';
  /** A note for people: why only so much was compared, or what is different. */
  note?: string;
}

/** Asks each request once in order, and once more: what differs between the two does so by nature. */
export async function sample(client: Client, requests: WarmRequest[]): Promise<Sample[]> {
  const first = await askAll(client, requests);
  const second = await askAll(client, requests);
  const samples = requests.map(
    (request, index): Sample => ({
      request,
      first: first[index] as Answer,
      second: second[index] as Answer,
    }),
  );
  if (requests.every(isSafe)) return samples;
  // What the others have made by now is in the image, and so in every copy: it is no news there.
  for (const one of samples) if (isSafe(one.request)) one.last = await client.ask(one.request);
  return samples;
}

const isSafe = ({ method }: WarmRequest): boolean => method === 'GET' || method === 'HEAD';

/** Returns the answers as they are compared with what two copies have in common. */
export const observedBefore = (samples: Sample[]): Observed[] =>
  samples.map(({ request, first, second, last }) => ({
    request: nameOf(request),
    rounds: last ? [first, second, last] : [first, second],
  }));

export const observed = (requests: WarmRequest[], ...rounds: Answer[][]): Observed[] =>
  requests.map((request, index) => ({
    request: nameOf(request),
    rounds: rounds.flatMap((answers) => answers[index] ?? []),
  }));

export async function askAll(client: Client, requests: WarmRequest[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const request of requests) answers.push(await client.ask(request));
  return answers;
}

/** @param ignoreBodies compare every status and no body */
export function compare(samples: Sample[], after: Answer[], ignoreBodies: boolean): Compared[] {
  return samples.map((before, index) => compareOne(before, after[index] as Answer, ignoreBodies));
}

function compareOne({ request, first, second }: Sample, after: Answer, ignoreBodies: boolean): Compared {
  const told = { request: nameOf(request), status: after.status };
  if (first.status !== second.status)
    return {
      ...told,
      result: 'varies',
      note: `answered ${first.status}, then ${second.status} before the checkpoint, and ${after.status} after: nothing to compare`,
    };
  if (after.status !== second.status)
    return {
      ...told,
      result: 'different',
      note: `answered ${second.status} before the checkpoint and ${after.status} after the restore${textOf(after).trim() ? `:\n${excerpt(textOf(after))}` : ''}`,
    };
  if (after.digest === second.digest) return { ...told, result: 'same' };
  if (first.digest !== second.digest)
    return { ...told, result: 'same status', note: 'its body differs from one request to the next' };
  if (ignoreBodies || request.ignoreBody)
    return { ...told, result: 'same status', note: 'its body is not compared, and is another one' };
  return { ...told, result: 'different', note: firstDifference(textOf(second), textOf(after)) };
}

function firstDifference(before: string, after: string): string {
  const old = before.split('\n');
  const now = after.split('\n');
  const line = old.findIndex((text, index) => text !== now[index]);
  const at = line < 0 ? old.length : line;
  const column = firstDifferentColumn(old[at] ?? '', now[at] ?? '');
  const part = (text: string | undefined) =>
    text === undefined
      ? '(nothing)'
      : `${column > 40 ? '…' : ''}${text.slice(Math.max(0, column - 40), column + 80)}`;
  return `its body differs, first in line ${at + 1}:\n  before  ${part(old[at])}\n  after   ${part(now[at])}`;
}

function firstDifferentColumn(a: string, b: string): number {
  let column = 0;
  while (column < a.length && a[column] === b[column]) column++;
  return column;
}
