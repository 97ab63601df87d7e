import { type Fields, fillWith } from './template.ts';

const PLAIN_WORD = /^[\w./@:+,=-]+$/;

const bare = (value: string): string =>
  PLAIN_WORD.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
const inDouble = (value: string): string => value.replace(/[\\"$`]/g, '\\$&');
const inSingle = (value: string): string => value.replaceAll("'", "'\\''");
/** Writes a scalar of YAML, which is what the templates put into here-documents. */
const inDocument = (value: string): string => (PLAIN_WORD.test(value) ? value : JSON.stringify(value));

type Context = 'bare' | 'double' | 'single' | 'document';
const QUOTE: Record<Context, (value: string) => string> = {
  bare,
  double: inDouble,
  single: inSingle,
  document: inDocument,
};

/** Tells in which quotation of the shell the end of this text stands; a `$(…)` in double quotes begins anew. */
function contextAt(before: string): Context {
  const [, word] = before.match(/<<-?'?(\w+)'?\n(?![\s\S]*^\1$)/m) ?? [];
  if (word !== undefined) return 'document';
  const outer: Context[] = [];
  let context: Context = 'bare';
  for (let i = 0; i < before.length; i++) {
    const char = before[i];
    if (context === 'single') {
      if (char === "'") context = 'bare';
    } else if (char === '\\') i++;
    else if (char === '$' && before[i + 1] === '(') {
      outer.push(context);
      context = 'bare';
      i++;
    } else if (context === 'bare' && char === ')') context = outer.pop() ?? 'bare';
    else if (char === '"') context = context === 'double' ? 'bare' : 'double';
    else if (context === 'bare' && char === "'") context = 'single';
  }
  return context;
}

/** Fills a command: a value from the text stays one word of the shell, whatever stands in it. */
export const fillCommand = (template: string, fields: Fields): string =>
  fillWith(template, fields, (value, before) => QUOTE[contextAt(before)](value));
