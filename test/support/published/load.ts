import { pause } from '../crac.ts';
import { type Application, ask } from './application.ts';

/** A light load, from now until it is ended: each path, and what is made, again and again. */
export class Load {
  answered = 0;
  /** The number of times that something was made, as the answers say. */
  made = 0;
  /** Answers that a user would see as an error; a connection that is refused or cut is tried again by any client. */
  readonly errors: string[] = [];
  #on = true;
  readonly #makes: boolean;
  readonly #done: Promise<unknown>;

  constructor(program: Application) {
    const { paths, port, headers = {} } = program;
    this.#makes = program.make !== undefined;
    const reads = paths.map((path) => this.#go(() => ask(port, path, { headers })));
    this.#done = Promise.all([...reads, program.make && this.#go(() => this.#make(program))]);
  }

  async #make(program: Application): Promise<void> {
    await program.make?.(program.port);
    this.made++;
  }

  async #go(request: () => Promise<unknown>): Promise<void> {
    for (; this.#on; await pause(10)) {
      try {
        await request();
        this.answered++;
      } catch (error) {
        // fetch rejects with a TypeError where there is no connection.
        if (!(error instanceof TypeError)) this.errors.push(String(error));
      }
    }
  }

  /** Waits until enough has been asked and made for a checkpoint to fall into it. */
  async isUnderWay(): Promise<void> {
    for (const until = Date.now() + 60_000; Date.now() < until; await pause(20))
      if (this.answered > 10 && (!this.#makes || this.made > 5)) return;
    throw new Error(`only ${this.answered} answers, ${this.made} made: ${this.errors.join('; ')}`);
  }

  async end(): Promise<void> {
    this.#on = false;
    await this.#done;
  }
}
