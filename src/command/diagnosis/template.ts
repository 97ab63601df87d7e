export type Fields = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\{([a-zA-Z]\w*)(\+1)?(?:\|([^}]*))?\}/g;

const known = (fields: Fields, name: string): boolean => fields[name] !== undefined && fields[name] !== '';

/** Matches control characters: what a log brings must not move the cursor of a terminal or end a line of a command. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * Fills `{name}`, `{name+1}` (a number, one higher), `{name|other words}` and `[[… {name} …]]`.
 *
 * @param quote makes of a value what stands in the text; gets the template before it
 */
export function fillWith(
  template: string,
  fields: Fields,
  quote: (value: string, before: string) => string,
): string {
  const kept = template.replace(/\[\[(.*?)\]\]/gs, (_, inner: string) =>
    [...inner.matchAll(PLACEHOLDER)].every(([, name]) => known(fields, name as string)) ? inner : '',
  );
  return kept.replace(
    PLACEHOLDER,
    (_, name: string, plus: string | undefined, otherwise: string | undefined, offset: number) => {
      const value = fields[name];
      if (value === undefined || value === '') return otherwise ?? name.toUpperCase();
      if (plus) return String(Number(value) + 1);
      return quote(value.replace(CONTROL, ''), kept.slice(0, offset));
    },
  );
}

export const fill = (template: string, fields: Fields): string =>
  fillWith(template, fields, (value) => value);

/** Lists the names that a template asks for. */
export const placeholders = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)].map(([, name]) => name as string);

/** Writes a template for readers: `‹port›` where a value will stand. */
export const readable = (template: string): string =>
  template
    .replace(/\[\[(.*?)\]\]/gs, '$1')
    .replace(PLACEHOLDER, (_, name: string, plus: string | undefined) => `‹${name}${plus ?? ''}›`);
