/** The time in milliseconds in which a line can be read. */
const READABLE = 50;

/** The progress of a build: on a terminal one line that changes, elsewhere a line for each step that is done. */
export class Progress {
  /** The name of the step that is going on, for whoever reads a failure by machine. */
  step = 'start';
  #shown = 0;
  readonly #terminal: NodeJS.WriteStream | undefined;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#terminal = stream.isTTY && process.env.TERM !== 'dumb' ? stream : undefined;
  }

  /** Begins a step. */
  begin(step: string, doing: string): void {
    this.step = step;
    this.now(doing);
  }

  /** Shows a text for as long as it lasts, on a terminal only. */
  now(doing: string): void {
    this.#terminal?.write(`\r\x1b[K… ${doing.slice(0, Math.max(20, (this.#terminal.columns || 80) - 3))}`);
  }

  /** Shows the same for what changes faster than anybody reads. */
  often(doing: string): void {
    if (performance.now() - this.#shown < READABLE) return;
    this.#shown = performance.now();
    this.now(doing);
  }

  /** Prints a line that stays. */
  done(what: string): void {
    this.clear();
    process.stderr.write(`crac: ${what}\n`);
  }

  /** Takes the line that changes away, so that something else can be printed. */
  clear(): void {
    this.#terminal?.write('\r\x1b[K');
  }
}
