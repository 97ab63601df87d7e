export type Fields = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\{([a-zA-Z]\w*)(\+1)?(?:\|([^}]*))?\}/g;

const known = (fields: Fields, name: string): boolean => fields[name] !== undefined && fields[name] !== '';

/** Fills `{name}`, `{name+1}` (a number, one higher), `{name|other words}` and `[[… {name} …]]`. */
export function fill(template: string, fields: Fields): string {
  const kept = template.replace(/\[\[(.*?)\]\]/gs, (_, inner: string) =>
    [...inner.matchAll(PLACEHOLDER)].every(([, name]) => known(fields, name as string)) ? inner : '',
  );
  return kept.replace(
    PLACEHOLDER,
    (_, name: string, plus: string | undefined, otherwise: string | undefined) => {
      const value = fields[name];
      if (value === undefined || value === '') return otherwise ?? name.toUpperCase();
      return plus ? String(Number(value) + 1) : value;
    },
  );
}

/** Names that a template asks for. */
export const placeholders = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)].map(([, name]) => name as string);

/** A template for readers: `‹port›` where a value will stand. */
export const readable = (template: string): string =>
  template
    .replace(/\[\[(.*?)\]\]/gs, '$1')
    .replace(PLACEHOLDER, (_, name: string, plus: string | undefined) => `‹${name}${plus ?? ''}›`);
