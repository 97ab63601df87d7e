/**
 * Matches control characters of all kinds, among them those that turn text around, and halves of surrogate pairs. The
 * same in native/base/printable.c.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) as number;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** Makes somebody else's name or value fit for a terminal, which obeys control characters: each is written in letters. */
export const printable = (text: string): string => text.replace(CONTROL, escaped);

/** Makes somebody else's text fit for a terminal; its line breaks and tabs stay. */
export const printableLines = (text: string): string =>
  text.replace(CONTROL, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );

/** Writes JSON that is safe to print: JSON.stringify leaves DEL and the second set of control characters as they are. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(CONTROL, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
