import type { Readable } from 'node:stream';
import { errorOf } from './died.ts';

const KEPT = 500;

/** The output of a program: its last lines, and a place to wait for one. */
export class Output {
  readonly #lines: string[] = [];
  readonly #each: ((line: string) => void)[] = [];

  read(stream: Readable | null): void {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#add(part.replace(/\r$/, ''));
    });
    stream?.on('end', () => {
      if (rest !== '') this.#add(rest);
      rest = '';
    });
  }

  #add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
    for (const each of this.#each) each(line);
  }

  /** Calls `each` with every line from the next on. */
  follow(each: (line: string) => void): void {
    this.#each.push(each);
  }

  has(pattern: RegExp): boolean {
    return this.#lines.some((line) => pattern.test(line));
  }

  /** Resolves when one of its lines, an earlier one too, matches. */
  line(pattern: RegExp): Promise<void> {
    if (this.has(pattern)) return Promise.resolve();
    return new Promise((resolve) =>
      this.follow((line) => {
        if (pattern.test(line)) resolve();
      }),
    );
  }

  text(): string {
    return this.#lines.join('\n');
  }

  /** Returns the error of a program that died, wherever it stands among the last words; without one, the last lines. */
  error(): string {
    const error = errorOf(this.#lines);
    return error ? `\nits error:\n${error.map((line) => `  ${line}`.trimEnd()).join('\n')}` : this.tail();
  }

  /** Returns the last lines, for a message about a failure; empty for a program that printed nothing. */
  tail(count = 20): string {
    if (this.#lines.length === 0) return '';
    const shown = this.#lines.slice(-count).map((line) => `  ${line}`);
    return `\nthe last that it printed:\n${shown.join('\n')}`;
  }
}
