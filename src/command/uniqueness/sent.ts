import type { Observed } from './find.ts';
import type { Finding } from './finding.ts';
import { LONG } from './judge.ts';
import { randomBits } from './shape.ts';
import { textItems, tokensOf } from './text-items.ts';

/** The number of characters of what may be a password that are shown. */
const SHOWN = 6;

/**
 * Finds what two copies send to others: nobody knows what was sent before the checkpoint, so what comes only with the
 * last round of requests was made for it, and the rest may be names and passwords of the configuration.
 * @param settings what the program was given; no news where it is sent
 */
export function sentByBoth(first: Observed[], second: Observed[], settings: string[]): Finding[] {
  return first.flatMap(({ request, rounds }) => {
    const mine = rounds.map(placesIn);
    const theirs = (second.find((one) => one.request === request)?.rounds ?? []).map(placesIn);
    const common = [...new Set(mine.flatMap((round) => [...round.keys()]))].filter((token) =>
      theirs.some((round) => round.has(token)),
    );
    // A copy may be slower than the other: the last of one is not always the last of both.
    const isNew = (token: string) => cameLast(mine, token) || cameLast(theirs, token);
    const whereIs = (token: string) => mine.find((round) => round.has(token))?.get(token) ?? '';
    const loud = group(
      common
        .filter(isNew)
        .map((value) => ({ kind: 'random', request, where: whereIs(value), value, times: 1 })),
    );
    // Without a fault, what is sent once is mostly what the program was told to send.
    const once = common
      .filter((token) => !isNew(token) && !settings.some((text) => text.includes(token)))
      .map((value): Finding => {
        const shown = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
        return { kind: 'once', request, where: whereIs(value), value: shown, times: 1 };
      });
    const isLoud = new Set(loud.map(({ where }) => where));
    return [...loud, ...group(once).filter(({ where }) => !isLoud.has(where))];
  });
}

const cameLast = (rounds: Map<string, string>[], token: string): boolean =>
  rounds.findIndex((round) => round.has(token)) === rounds.length - 1;

function placesIn({ body }: Observed['rounds'][number]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { where, text } of textItems(body.toString('utf8'), 'bytes'))
    for (const token of tokensOf(text))
      if (randomBits(token) >= LONG && !found.has(token)) found.set(token, where.replace(/, line \d+$/, ''));
  return found;
}

function group(findings: Finding[]): Finding[] {
  const places = new Map<string, Finding>();
  for (const one of findings) {
    const before = places.get(one.where);
    if (before) before.times++;
    else places.set(one.where, one);
  }
  return [...places.values()];
}
