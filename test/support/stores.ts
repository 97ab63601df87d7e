import { dirname } from 'node:path';
import { expect } from 'vitest';
import { apps, run } from './copies.ts';
import { getJson, type Place, type Running } from './crac.ts';

export interface Outcome {
  done: number;
  errors: string[];
}

/** An app of test/fixtures/apps that answers as `databases` does, with some of its stores. */
export class Stores {
  readonly #entry: string;
  readonly names: readonly string[];
  readonly port: number;

  private constructor(entry: string, port: number, names: readonly string[]) {
    this.#entry = entry;
    this.port = port;
    this.names = names;
  }

  static of(port: number, ...names: string[]): Promise<Stores> {
    return Stores.ofApp('databases', port, ...names);
  }

  static async ofApp(app: string, port: number, ...names: string[]): Promise<Stores> {
    return new Stores((await apps(app))[app] as string, port, names);
  }

  /** Starts it, and uses each store. */
  async start(place: Place, image: string, env: Record<string, string>): Promise<Running> {
    const { port, names } = this;
    const words = [this.#entry, ...names];
    const program = run(place, { image, words, port, cwd: dirname(this.#entry), env });
    await program.line(/listening/);
    await this.work(port, 40);
    return program;
  }

  /** Makes `n` orders in every store, none of which may fail. */
  async work(port: number, n: number): Promise<void> {
    const work = this.names.map((name) => getJson<Outcome>(port, `/${name}/work?n=${n}`));
    expect(await Promise.all(work)).toEqual(this.names.map(() => ({ done: n, errors: [] })));
  }

  /** Expects that nothing has failed that the program does by itself. */
  async expectNoErrors(port: number): Promise<void> {
    expect(await getJson<Outcome>(port, '/background')).toEqual({ done: expect.any(Number), errors: [] });
  }
}
