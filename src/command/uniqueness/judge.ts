import type { Finding } from './finding.ts';
import { BINARY } from './items.ts';
import { isClock, isCounter, randomBits, withoutDates } from './shape.ts';

type Values = (string | undefined)[];
type Judgement = Pick<Finding, 'kind' | 'value'>;

/** The bits of what varied, all rounds together, from which on it is no chance that both copies say the same. */
const NO_CHANCE = 16;

/** The same bits for one round of several. */
const NO_CHANCE_ONCE = 20;

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * Judges what it means that one place of an answer says the same in both copies; undefined where it does not, or where
 * it never varies.
 */
export function judged(where: string, before: Values, first: Values, second: Values): Judgement | undefined {
  const mine = given(first);
  const theirs = given(second);
  if (mine.length < 2 || new Set(mine).size < 2) return undefined;
  const [value = ''] = mine;
  const all = [...given(before), ...mine];
  const equal = first.filter((one, round) => one !== undefined && one === second[round]).length;
  if (where === BINARY) return bytes(mine, theirs);
  if (equal === 0) return part(mine, theirs);
  if (all.every(isTime)) return { kind: 'time', value };
  const areNumbers = all.every((one) => NUMBER.test(one));
  if (areNumbers && (MEMORY.test(where) || all.every(isSize))) return undefined;
  if (isCounter([given(before), mine])) return { kind: 'counter', value };
  if (areNumbers) {
    const bits = numberBits(all);
    const sure = equal === mine.length ? bits * equal >= NO_CHANCE : bits >= NO_CHANCE_ONCE;
    return sure ? { kind: 'random', value } : equal === mine.length ? { kind: 'choice', value } : undefined;
  }
  if (equal < mine.length) return undefined;
  // Long ids are known by themselves, wherever they stand: in a list the place of one may be taken by another.
  if (mine.every((one) => randomBits(one) >= LONG)) return undefined;
  return mine.every(isShortId) || mine.every(hasLongNumber)
    ? { kind: 'random', value }
    : { kind: 'choice', value };
}

const given = (values: Values): string[] => values.filter((one) => one !== undefined);

const isTime = (text: string): boolean => isClock(text) || withoutDates(text).trim() === '';

/** Matches what a process or a machine uses of itself: it is equal in two copies that have done the same. */
const MEMORY = /heap|memory|\brss\b|external|arrayBuffers/i;

/** Recognises sizes of memory, which comes in pages. */
const isSize = (text: string): boolean => /^\d{4,}$/.test(text) && Number(text) % 1024 === 0;

/** Estimates the bits of one draw from how far apart the values lie. */
function numberBits(values: string[]): number {
  const decimals = Math.max(...values.map((text) => text.split(/[.e]/i)[1]?.length ?? 0));
  const numbers = values.map(Number);
  const apart = Math.max(...numbers) - Math.min(...numbers);
  return Math.log2(apart * 10 ** decimals + 1);
}

/** The bits of an id that is found by `find.ts`. */
export const LONG = 28;

/** Recognises ids that are too short to be known by themselves: letters and digits mixed. */
const isShortId = (text: string): boolean =>
  /^[\w-]{5,64}$/.test(text) && /\d/.test(text) && /[a-z]/i.test(text) && !/^[a-z]+[-_]?\d+$/i.test(text);

/** Recognises several digits in a row. */
const hasLongNumber = (text: string): boolean =>
  (withoutDates(text).match(/\d\.\d{6,}|\d{8,}/g) ?? []).some((number) => !isClock(number));

/** The number of characters that two ids must have in common behind or before their time. */
const ENOUGH_PART = 8;

/**
 * Judges ids that begin or end with a time, as ObjectIds and UUIDs of version 7 do: whether they are equal but for
 * that.
 */
function part(mine: string[], theirs: string[]): Judgement | undefined {
  for (const ends of [true, false]) {
    const common = mine.map((one, round) => commonPart(one, theirs[round] ?? '', ends));
    if (common.some((text) => text.length < ENOUGH_PART || randomBits(text) < 32)) continue;
    if (new Set(common).size < 2) continue; // the same in each round: a name of the program's
    const shown = ends ? `…${common[0]}` : `${common[0]}…`;
    return { kind: 'part', value: shown };
  }
  return undefined;
}

/**
 * Judges a file or an encrypted message: equal from its beginning, or up to its end, as far as a key or a nonce
 * reaches.
 */
function bytes(mine: string[], theirs: string[]): Judgement | undefined {
  for (const atEnd of [false, true]) {
    const common = mine.map((one, round) => sameBytes(one, theirs[round] ?? '', atEnd));
    const [first = '', ...others] = common;
    const shared = others.reduce(
      (length, other) => Math.min(length, sameBytes(first, other, atEnd).length),
      first.length,
    );
    const own = atEnd ? first.slice(0, first.length - shared) : first.slice(shared);
    if (new Set(own).size < ENOUGH_BYTES || new Set(common).size < 2) continue;
    const shown = Buffer.from(own.slice(0, 16), 'latin1').toString('hex');
    return { kind: 'random', value: `${own.length} bytes, ${shown}${own.length > 16 ? '…' : ''}` };
  }
  return undefined;
}

/** The number of different bytes in a run that is no chance. */
const ENOUGH_BYTES = 6;

function sameBytes(a: string, b: string, atEnd: boolean): string {
  const length = Math.min(a.length, b.length);
  let count = 0;
  while (count < length && (atEnd ? a.at(-1 - count) === b.at(-1 - count) : a[count] === b[count])) count++;
  return atEnd ? a.slice(a.length - count) : a.slice(0, count);
}

function commonPart(a: string, b: string, atEnd: boolean): string {
  return a.length === b.length && /^[\w+/=.:-]{16,}$/.test(a) ? sameBytes(a, b, atEnd) : '';
}
