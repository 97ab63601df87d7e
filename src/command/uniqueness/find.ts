import { type Finding, isLoud, type Origins } from './finding.ts';
import { itemsOf, type Said } from './items.ts';
import { judged, LONG } from './judge.ts';
import { constantPart, isCounter, randomBits } from './shape.ts';
import { tokensOf } from './text-items.ts';

/** The answers to one request, one for each round. */
export interface Observed {
  request: string;
  rounds: Said[];
}

/** One answer: the values and their places, and which of them look drawn at random. */
interface Round {
  values: Map<string, string>;
  tokens: Set<string>;
}

type Asked = Map<string, Round[]>;

/**
 * Finds what two copies of one image have in common though it varies: from one request to the next in each of them, or
 * between the time before the checkpoint and after it.
 * @param before the program's answers before the checkpoint; empty where nobody asked
 */
export function equalInBoth(
  before: Observed[],
  copies: [Observed[], Observed[]],
  origins: Origins = () => undefined,
): Finding[] {
  const old = read(before);
  const [first, second] = copies.map(read) as [Asked, Asked];
  const theirs = tokensOfAll(second);
  const known = before.length > 0 ? everythingIn(old) : inEveryRound(first);
  const findings = [...first].flatMap(([request, rounds]) => {
    const common = new Set([...tokensOfRounds(rounds)].filter((one) => theirs.has(one) && !known.has(one)));
    if (before.length === 0 && !isMade(rounds, common)) common.clear();
    return findIn(rounds, second.get(request) ?? [], old.get(request) ?? [], common, known).map(
      (finding) => ({
        ...finding,
        request,
        times: 1,
      }),
    );
  });
  return grouped(findings).map((finding) => {
    const drawnBy = origins(finding.value);
    return drawnBy === undefined ? finding : { ...finding, drawnBy };
  });
}

function findIn(
  mine: Round[],
  theirs: Round[],
  old: Round[],
  common: Set<string>,
  known: Set<string>,
): Omit<Finding, 'request' | 'times'>[] {
  const at = (rounds: Round[], where: string) => rounds.map(({ values }) => values.get(where));
  return [...new Set(mine.flatMap(({ values }) => [...values.keys()]))].flatMap((where) => {
    const values = at(mine, where);
    const tokens = isPlainCounter(values)
      ? []
      : values.flatMap((text = '') => tokensOf(text)).filter((token) => common.has(token));
    if (tokens.length > 0)
      return [...new Set(tokens)].map((value) => ({ kind: 'random' as const, where, value }));
    const judgement = judged(where, at(old, where), values, at(theirs, where));
    return judgement && !(isLoud(judgement) && known.has(judgement.value)) ? [{ ...judgement, where }] : [];
  });
}

const read = (all: Observed[]): Asked =>
  new Map(all.map(({ request, rounds }) => [request, rounds.map(roundOf)]));

function roundOf(said: Said): Round {
  const items = itemsOf(said);
  return {
    values: new Map(items.map(({ where, text }) => [where, text])),
    tokens: new Set(items.flatMap(({ text }) => tokensOf(text)).filter((token) => randomBits(token) >= LONG)),
  };
}

const tokensOfRounds = (rounds: Round[]): Set<string> => new Set(rounds.flatMap(({ tokens }) => [...tokens]));

const tokensOfAll = (asked: Asked): Set<string> => tokensOfRounds([...asked.values()].flat());

const everythingIn = (asked: Asked): Set<string> =>
  new Set([...asked.values()].flat().flatMap(({ values, tokens }) => [...values.values(), ...tokens]));

/**
 * Returns what a copy had from the start, as the ids in a list; without earlier answers nothing else tells them from
 * new ones.
 */
function inEveryRound(asked: Asked): Set<string> {
  const lasting = new Set<string>();
  const passing = new Set<string>();
  for (const [first, ...more] of asked.values())
    for (const token of first?.tokens ?? [])
      (more.every(({ tokens }) => tokens.has(token)) ? lasting : passing).add(token);
  for (const token of passing) lasting.delete(token);
  return lasting;
}

/**
 * Tells whether a value that came later is among them. What only the first round shows may have been there before, and
 * gone since.
 */
const isMade = ([first, ...more]: Round[], common: Set<string>): boolean =>
  more.some(({ tokens }) => [...tokens].some((one) => common.has(one) && !first?.tokens.has(one)));

/** Recognises `item-17-of-2`, but not an id drawn at random with a number behind it. */
function isPlainCounter(values: (string | undefined)[]): boolean {
  const given = values.filter((value) => value !== undefined);
  return isCounter([given]) && randomBits(constantPart(given)) < LONG;
}

/** Groups findings, one for each kind at each place; elements of an array are one place, and so are lines. */
function grouped(findings: Finding[]): Finding[] {
  const groups = new Map<string, Finding>();
  for (const one of findings) {
    const where = one.where.replace(/\[\d+\]/g, '[*]').replace(/ \(\d+\)$/, '');
    const anyLine = where.replace(/line \d+/, 'line *');
    const key = `${one.kind} ${one.request} ${anyLine}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { ...one, where });
    else {
      group.times++;
      if (group.where !== where) group.where = anyLine;
    }
  }
  return [...groups.values()];
}
