/** Texts of which one must stand in a line that the pattern matches; undefined where there is no such text. */
type Literals = readonly string[] | undefined;

/** The reader of a pattern's source: it finds where the branches end, and the longest piece of plain text in each. */
class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Reads up to the closing bracket of a group, or to the end. */
  branches(): Literals {
    const found: Literals[] = [];
    do found.push(this.#branch());
    while (this.#source[this.#at++] === '|');
    return found.some((literals) => literals === undefined)
      ? undefined
      : found.flatMap((literals) => literals as string[]);
  }

  #branch(): Literals {
    let best: Literals;
    let run = '';
    const weigh = (literals: Literals): void => {
      if (literals !== undefined && shortest(literals) > shortest(best)) best = literals;
    };
    const end = (): void => {
      if (run.length > 0) weigh([run]);
      run = '';
    };
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] as string)) {
      const piece = this.#piece();
      const isOptional = /^(?:[?*]|\{0)/.test(this.#source.slice(this.#at));
      const [quantifier = ''] = this.#source.slice(this.#at).match(/^(?:[?*+]|\{\d+(?:,\d*)?\})\??/) ?? [];
      this.#at += quantifier.length;
      if (typeof piece === 'string' && quantifier === '') {
        run += piece;
        continue;
      }
      end();
      if (!isOptional) weigh(typeof piece === 'string' ? [piece] : piece);
    }
    end();
    return best;
  }

  /** Reads one character, or what a group needs; undefined for what can be several things. */
  #piece(): string | Literals {
    const char = this.#source[this.#at++] as string;
    if (char === '(') return this.#group();
    if (char === '[') {
      while (this.#source[this.#at] !== ']') this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
      this.#at++;
      return undefined;
    }
    if (char === '\\') {
      const escaped = this.#source[this.#at++] as string;
      if (escaped === 'u') this.#at += 4;
      return /\w/.test(escaped) ? undefined : escaped;
    }
    return '.^$'.includes(char) ? undefined : char;
  }

  #group(): Literals {
    const [kind = ''] = this.#source.slice(this.#at).match(/^\?(?:[:=!]|<[=!]|<\w+>)/) ?? [];
    this.#at += kind.length;
    const inner = this.branches();
    return kind.endsWith('!') || kind.endsWith('=') ? undefined : inner;
  }
}

const shortest = (literals: Literals): number =>
  literals === undefined ? 0 : Math.min(...literals.map(({ length }) => length));

export const literalsOf = ({ source }: RegExp): Literals => new Reader(source).branches();

const KEPT = new WeakMap<RegExp, Literals>();

/**
 * Tells whether a pattern may match: looking for a plain text takes a time that grows with the line, where a pattern
 * may need the square of it. Most of a log's lines have nothing of any pattern.
 */
export function mayMatch(pattern: RegExp, line: string, lower: string): boolean {
  if (!KEPT.has(pattern)) {
    const literals = literalsOf(pattern);
    KEPT.set(pattern, pattern.ignoreCase ? literals?.map((literal) => literal.toLowerCase()) : literals);
  }
  const literals = KEPT.get(pattern);
  if (literals === undefined) return true;
  const where = pattern.ignoreCase ? lower : line;
  return literals.some((literal) => where.includes(literal));
}
