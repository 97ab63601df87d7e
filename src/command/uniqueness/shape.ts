/** What a value looks like, where nothing but the value is known. */

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const DATE =
  /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? [\w ,]{6,14}\d{4}(?: \d\d:\d\d:\d\d)?(?: GMT)?(?:[+-]\d{4})?|\b\d{1,2}:\d\d:\d\d(?:\.\d+)?\b/g;

/** Blanks the parts of a text that say a date or a time of day. */
export const withoutDates = (text: string): string => text.replace(DATE, (date) => ' '.repeat(date.length));

const YEAR = 366 * 86_400;

/** Recognises a number near to now, in seconds, milli-, micro- or nanoseconds since 1970. */
export function isClock(text: string, now = Date.now() / 1000): boolean {
  if (!/^\d{10,19}(\.\d+)?$/.test(text)) return false;
  const value = Number(text);
  return [1, 1e3, 1e6, 1e9].some((unit) => Math.abs(value / unit - now) < 2 * YEAR);
}

/** Estimates the bits that a value of this shape can hold if it was drawn at random; 0 for words, paths and numbers. */
export function randomBits(token: string): number {
  if (UUID.test(token)) return 122;
  const bare = token.replace(/[-_=.~+/:]/g, '');
  if (bare.length < 8 || /^\d+$/.test(bare)) return 0;
  if (/^[0-9a-f]+$/i.test(bare) && /\d/.test(bare) && /[a-f]/i.test(bare)) {
    // `2024a` or `5000abcdef` is no more than a number with a word.
    return changes(bare, classOf) >= 2 || bare.length >= 16 ? bare.length * 4 : 0;
  }
  if (/\d/.test(bare)) return changes(bare, classOf) >= Math.max(3, bare.length / 8) ? bare.length * 5 : 0;
  if (/[a-z]/.test(bare) && /[A-Z]/.test(bare)) {
    // camelCase has a capital here and there; base64 without a digit has them everywhere.
    return changes(bare, classOf) >= bare.length / 3 ? bare.length * 5 : 0;
  }
  return isNoWord(bare) ? bare.length * 4 : 0;
}

const classOf = (letter: string): string => (/\d/.test(letter) ? '0' : /[a-z]/.test(letter) ? 'a' : 'A');

function changes(text: string, of: (letter: string) => string): number {
  let count = 0;
  for (let at = 1; at < text.length; at++) if (of(text[at] as string) !== of(text[at - 1] as string)) count++;
  return count;
}

/** Tells whether letters of one case stand side by side as in no language. */
function isNoWord(letters: string): boolean {
  if (letters.length < 10) return false;
  const vowels = letters.replace(/[^aeiouy]/gi, '').length / letters.length;
  const longest = Math.max(0, ...(letters.match(/[^aeiouy]+/gi) ?? []).map((run) => run.length));
  return vowels < 0.2 || longest >= 5;
}

/**
 * Tells whether values go on by a small step, in whatever base they are written, or grow little.
 * @param runs values that follow one upon the other; what comes between two runs is not known
 */
export function isCounter(runs: string[][]): boolean {
  const numbers = stepped(runs.flat());
  if (!numbers) return false;
  let at = 0;
  const steps = runs.flatMap(({ length }) => {
    const run = numbers.slice(at, at + length);
    at += length;
    return run.slice(1).map((value, index) => value - (run[index] as number));
  });
  const [first = 0] = steps;
  if (first === 0 || steps.some((step) => Math.sign(step) !== Math.sign(first))) return false;
  return (
    steps.every((step) => Math.abs(step) <= SMALL_STEP) ||
    (steps.length > 1 && (steps.every((step) => step === first) || growsLittle(numbers, first)))
  );
}

/** Tells whether numbers grow little, as a sum of bytes or of microseconds does. */
function growsLittle(numbers: number[], direction: number): boolean {
  const ordered = numbers.every(
    (value, index) => index === 0 || (value - (numbers[index - 1] as number)) * direction >= 0,
  );
  const least = Math.min(...numbers);
  return ordered && least > 0 && Math.max(...numbers) < least * 1.05;
}

/** The largest step of a counter: a few requests from elsewhere may come in between. */
const SMALL_STEP = 64;

/** Returns the part in which the values differ, as numbers; undefined where it is none. */
function stepped(values: string[]): number[] | undefined {
  if (values.every((value) => /^-?\d+(\.\d{1,3})?$/.test(value))) return values.map(Number);
  const head = commonHead(values);
  const middles = values.map((value) => value.slice(head));
  const tail = commonTail(middles);
  const parts = middles.map((text) => text.slice(0, text.length - tail));
  if (parts.every((part) => /^\d{1,15}$/.test(part))) return parts.map(Number);
  if (parts.every((part) => /^[0-9a-z]{1,2}$/i.test(part)))
    return parts.map((part) => Number.parseInt(part, 36));
  return undefined;
}

/** Returns what all of them begin and end with. */
export function constantPart(values: string[]): string {
  const head = commonHead(values);
  const [first = '', ...others] = values.map((value) => value.slice(head));
  const tail = commonTail([first, ...others]);
  return (values[0] ?? '').slice(0, head) + first.slice(first.length - tail);
}

/** Counts the characters that all begin with, never into a number: of 19 and 20 nothing is common. */
function commonHead([first = '', ...others]: string[]): number {
  let at = 0;
  while (at < first.length && others.every((text) => text[at] === first[at])) at++;
  while (at > 0 && /\d/.test(first[at - 1] as string)) at--;
  return at;
}

function commonTail([first = '', ...others]: string[]): number {
  let at = 0;
  while (at < first.length && others.every((text) => text.at(-1 - at) === first.at(-1 - at))) at++;
  while (at > 0 && /\d/.test(first.at(-at) as string)) at--;
  return at;
}
