import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';

/** A command of ours, its output and its end. */
export interface Command {
  stderr(): string;
  /** Tells whether the command was ended because it took too long. */
  isLate(): boolean;
  /** Waits until the command has printed the word; false when it ended without. */
  says(word: string): Promise<boolean>;
  end(): Promise<number | null>;
  /** Ends the command, and waits for that. */
  stop(): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Commands that must not outlive this process, and directories that go with them, also after Ctrl-C. */
export class Watched {
  readonly #children: ChildProcess[] = [];
  readonly #stopped = (signal: NodeJS.Signals) => {
    this.close();
    for (const directory of this.#directories)
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    process.kill(process.pid, signal);
  };

  readonly #directories: string[] = [];

  /** @param seconds after which a command that is waited for is ended */
  constructor(readonly seconds: number) {
    for (const signal of SIGNALS) process.once(signal, this.#stopped);
  }

  /** Makes a directory, synchronously: no signal is heard between the making and the note that it is to be removed. */
  makeDirectory(prefix: string): string {
    const directory = mkdtempSync(prefix);
    this.#directories.push(directory);
    return directory;
  }

  start(file: string, args: string[], env: NodeJS.ProcessEnv): Command {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#children.push(child);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    const ended = new Promise<number | null>((resolve) => {
      child.on('error', (error) => {
        output.stderr += error.message;
        resolve(null);
      });
      child.on('close', resolve);
    });
    let late = false;
    const within = async <T>(done: Promise<T>): Promise<T> => {
      const over = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, this.seconds * 1000);
      return done.finally(() => clearTimeout(over));
    };
    return {
      stderr: () => output.stderr.replace(/^crac: /gm, '').trim(),
      isLate: () => late,
      says: (word) =>
        within(
          Promise.race([
            new Promise<boolean>((resolve) =>
              child.stdout.on('data', () => output.stdout.includes(word) && resolve(true)),
            ),
            ended.then(() => output.stdout.includes(word)),
          ]),
        ),
      end: () => within(ended),
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#stopped);
    for (const child of this.#children)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}
