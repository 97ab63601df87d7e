import type { Item } from './items.ts';
import { randomBits, withoutDates } from './shape.ts';

/**
 * Matches what may be a value in a text: a number with decimals, or letters, digits and the marks of base64 and of
 * UUIDs.
 */
const TOKEN = /\d+\.\d+|[A-Za-z0-9_-]{5,}={0,2}/g;

/** The number of characters before a value by which a reader finds it. */
const SHOWN = 40;

/** Returns the values of a text that is no JSON, each with what stands before it in its line. */
export function textItems(text: string, kind: string): Item[] {
  const items: Item[] = [];
  let line = 0;
  for (const raw of text.split('\n')) {
    line++;
    let end = 0;
    for (const match of withoutDates(raw).matchAll(TOKEN)) {
      // A word is no value, and shows the reader the place.
      if (!/\d/.test(match[0]) && randomBits(match[0]) === 0) continue;
      const before = shown(raw.slice(Math.max(end, match.index - SHOWN), match.index));
      end = match.index + match[0].length;
      items.push({
        where: before === '' ? `${kind}, line ${line}` : `${kind} after ${before}`,
        text: match[0],
      });
    }
  }
  return items;
}

/** Returns the text from the beginning of a tag, where there is one. */
function shown(text: string): string {
  const tag = text.lastIndexOf('<');
  return (tag > 0 ? text.slice(tag) : text).trimStart();
}

/** Returns the parts of a value that may be ids by themselves, and the whole where it is one word. */
export function tokensOf(text: string): string[] {
  const plain = withoutDates(text);
  const parts = plain.match(TOKEN) ?? [];
  const isWord = /^[\w+=.~:-]+\/?[\w+=.~:-]+$/.test(text) && text.length <= 200 && plain === text;
  return isWord ? [...new Set([text, ...parts])] : [...new Set(parts)];
}
