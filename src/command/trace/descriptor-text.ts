/** A descriptor as strace -yy writes it: `7</etc/hosts>`, `9<TCP:[127.0.0.1:5->127.0.0.1:6]>`. */
export interface NumberedText {
  fd: number;
  /** The text in the brackets, with strace's escapes undone. */
  what: string;
}

/** Finds all descriptors in a text; those inside of quoted strings are not meant. */
export function descriptorsIn(text: string): NumberedText[] {
  const found: NumberedText[] = [];
  const start = /(?:^|[^\w<>:])(\d+)</g;
  const bare = withoutStrings(text);
  for (let match = start.exec(bare); match; match = start.exec(bare)) {
    const end = closing(bare, start.lastIndex);
    found.push({ fd: Number(match[1]), what: withoutEscapes(bare.slice(start.lastIndex, end)) });
    start.lastIndex = end;
  }
  return found;
}

/** Blanks quoted strings, which can hold anything, so that nothing in them is taken for a flag or a descriptor. */
export const withoutStrings = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/g, '""');

/**
 * Finds the closing bracket: `->` between two addresses closes nothing; a device or a process inside opens brackets of
 * its own.
 */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '<') depth++;
    else if (text[i] === '>' && text[i - 1] !== '-' && --depth === 0) return i;
  }
  return text.length;
}

/** Undoes strace's octal numbers, which stand for brackets and for bytes that are not printable. */
function withoutEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/\\([0-7]{1,3})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
