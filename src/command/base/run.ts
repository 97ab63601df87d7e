import { type ChildProcess, execFile } from 'node:child_process';

export interface RunOptions {
  /** The time limit in seconds; the program is killed then. */
  seconds?: number;
  env?: NodeJS.ProcessEnv;
  /** The encoding of the output; `latin1` keeps bytes as they are. */
  encoding?: 'utf8' | 'latin1';
}

export interface RunResult {
  stdout: string;
  stderr: string;
}

/** The error of an external program; the message has the command, how it ended and the last it said. */
export class RunError extends Error {
  readonly exitCode: number | string | undefined;
  /** True where it was ended because it took too long: nothing is known of what it would have said. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    message: string,
    result: RunResult & { exitCode: number | string | undefined; timedOut?: boolean },
  ) {
    super(message);
    this.name = 'RunError';
    this.exitCode = result.exitCode;
    this.timedOut = result.timedOut === true;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
  }
}

/**
 * Returns the environment without what must not change in the programs we start: messages' language, and the libraries.
 */
function neutral(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { LD_PRELOAD: _, LD_LIBRARY_PATH: __, LANGUAGE: ___, ...rest } = env;
  return { ...rest, LC_ALL: 'C' };
}

export const lastLines = (text: string, count = 5): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');

const running = new Set<ChildProcess>();

/** Ends what `run` has started and what is not done. */
export function endRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** @throws RunError when the program cannot be started, fails, or takes too long */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { seconds = 30, env = process.env, encoding = 'utf8' } = options;
  const limits = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { ...limits, env: neutral(env), encoding },
      (error, stdout, stderr) => {
        running.delete(child);
        if (!error) return resolve({ stdout, stderr });
        const ended =
          typeof error.code === 'string'
            ? `cannot be started (${error.code})`
            : error.killed
              ? `took longer than ${seconds} s`
              : error.signal
                ? `was ended by ${error.signal}`
                : `ended with exit code ${error.code}`;
        const said = lastLines(stderr) || lastLines(stdout);
        const message = `${[file, ...args].join(' ')} ${ended}${said ? `:\n${said}` : ''}`;
        const timedOut = error.killed === true && typeof error.code !== 'string';
        reject(new RunError(message, { exitCode: error.code ?? undefined, timedOut, stdout, stderr }));
      },
    );
    running.add(child);
  });
}
