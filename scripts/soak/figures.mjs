import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** How many of the last times are looked at: as many as fit whatever a soak's length. */
const KEPT = 10_000;

/** What a soak has done; those of a file go on. */
export class Figures {
  /** With those that are on their way. */
  begun = 0;
  restores = 0;
  generations = 0;
  failures = [];
  #seconds = 0;
  #began = Date.now();
  #times = [];
  #most = 0;
  #file;

  constructor(file) {
    this.#file = file;
    if (!file || !existsSync(file)) return;
    const before = JSON.parse(readFileSync(file, 'utf8'));
    this.begun = this.restores = before.restores;
    this.generations = before.generations;
    this.#seconds = before.seconds;
    this.#most = before.firstLine.most;
  }

  /** One more copy has said its first line, after so many milliseconds. */
  restored(milliseconds) {
    this.#times[this.restores++ % KEPT] = milliseconds;
    this.#most = Math.max(this.#most, milliseconds);
  }

  get summary() {
    const sorted = this.#times.filter((time) => time !== undefined).sort((a, b) => a - b);
    const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    return {
      restores: this.restores,
      generations: this.generations,
      seconds: this.#seconds + Math.round((Date.now() - this.#began) / 1000),
      firstLine: { median: Number(median.toFixed(1)), most: Number(this.#most.toFixed(1)) },
      failures: this.failures,
    };
  }

  get text() {
    const { restores, generations, seconds, firstLine, failures } = this.summary;
    const lines = [
      `${restores} restores in ${generations} generations, ${seconds} s (${(restores / Math.max(1, seconds)).toFixed(1)} a second)`,
      `first line after ${firstLine.median} ms (median), ${firstLine.most} ms (the slowest)`,
    ];
    return `${[...lines, ...failures.map((failure) => `failed: ${failure}`)].join('\n')}\n`;
  }

  save() {
    if (!this.#file) return;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.summary)}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
