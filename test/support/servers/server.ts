import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '../crac.ts';

export interface Account {
  uid: number;
  gid: number;
}

/** A server that a test has started, in a directory of its own. */
export abstract class Server {
  readonly directory: string;
  readonly port: number;
  readonly account: Account;
  /** True where the command is a script that starts the server as a child of its own. */
  protected readonly isGroup: boolean = false;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(name: string, port: number, account: Account) {
    this.port = port;
    this.account = account;
    this.directory = mkdtempSync(join(tmpdir(), `crac-${name}-`));
    chownSync(this.directory, account.uid, account.gid);
    chmodSync(this.directory, 0o755);
  }

  /** Returns command and arguments that run it in the foreground. */
  protected abstract command(): string[];
  /** Resolves to true as soon as it answers. */
  protected abstract answers(): Promise<boolean>;

  protected environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.directory, LANG: 'C.UTF-8' };
  }

  /** Returns what it has printed since the last time. */
  takeLog(): string {
    const log = this.#log;
    this.#log = '';
    return log;
  }

  /**
   * Forgets what was printed about programs that a test has ended without a goodbye: the server notices it later than
   * the test.
   *
   * @param connections how many of theirs there are still
   */
  protected async forgetEnded(connections: () => number): Promise<void> {
    while (connections() > 0) await pause(20);
    await pause(20); // for what is in the pipe
    this.takeLog();
  }

  async start(): Promise<void> {
    const [command = '', ...words] = this.command();
    const child = spawn(command, words, {
      ...this.account,
      cwd: this.directory,
      detached: this.isGroup,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    for (const until = Date.now() + 60_000; !(await this.answers()); await pause(50)) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`${command} does not answer:\n${this.#log}`);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    const kill = (how: NodeJS.Signals) =>
      process.kill(this.isGroup ? -(child.pid as number) : (child.pid as number), how);
    kill(signal);
    if ((await Promise.race([ended.then(() => true), pause(20_000)])) !== true) kill('SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
