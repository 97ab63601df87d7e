const ESC = '\u001b';
const ANSI = new RegExp(
  `${ESC}\\[[0-9;?]*[ -/]*[@-~]|${ESC}\\][^\\u0007${ESC}]{0,500}(?:\\u0007|${ESC}\\\\)`,
  'g',
);

/** Matches the same with the escape character in words, as `cat -v`, syslog, JSON and `less` write it. */
const WRITTEN = /(?:\^\[|#033|\bESC|\\(?:u001[bB]|x1[bB]|033|e))\[[0-9;?]*[A-Za-z]/g;

/** Matches the same with the escape character lost on the way, where the text ends colours like that. */
const BARE = /\[(?:[0-9]{1,3};)*(?:0|1|2|22|[349][0-9])m/g;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

const entity = (whole: string, name: string): string => {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0x1f && code < 0xd800 ? String.fromCodePoint(code) : whole;
};

/** Patterns, each with what stands for it; only those that occur cost anything. */
const REPLACED: readonly (readonly [pattern: RegExp, by: string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: overstruck, as of `man`
  [/[^\n]\u0008/g, ''],
  [/\0/g, ''],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
  [/[\u200b-\u200d\u2060\ufeff]/g, ''],
  [/[\u2018\u2019\u201b\u2032]/g, "'"],
  [/[\u201c\u201d\u2033]/g, '"'],
  [/[\u2028\u2029]/g, '\n'],
];

/**
 * Returns a text as the program printed it: without colours, and without the signs that web pages, chats and word
 * processors put in the place of others.
 */
export function plainCharacters(text: string): string {
  let plain = text.replace(ANSI, '').replace(WRITTEN, '');
  if (plain.includes('[0m')) plain = plain.replace(BARE, '');
  for (const [pattern, by] of REPLACED) plain = plain.replace(pattern, by);
  return plain.replace(/&(#\d{1,6}|#x[0-9a-f]{1,5}|amp|lt|gt|quot|apos|nbsp);/gi, entity);
}
