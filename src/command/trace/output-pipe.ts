import { spawnSync } from 'node:child_process';
import { constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { CommandError, EXIT } from '../base/command-error.ts';

const END = 'crac trace: this is the end\n';

/**
 * A named pipe that strace writes to: no gigabytes of log on the disk, and strace waits where we are slower. An
 * inherited pipe would not do: the program would have that, too.
 */
export class OutputPipe {
  readonly path: string;
  readonly #fd: number;
  readonly ended: Promise<void>;
  readonly #socket: Socket;

  constructor(directory: string, line: (line: string) => void) {
    this.path = join(directory, 'strace');
    const made = spawnSync('mkfifo', ['-m', '600', this.path], { encoding: 'utf8' });
    if (made.status !== 0)
      throw new CommandError(
        `cannot make a named pipe in ${directory}: ${made.stderr?.trim() || made.error?.message}; set TMPDIR to a place that can hold one`,
        EXIT.engine,
      );
    // The pipe is opened for both: then there is always a writer, and its end is told by the last line instead.
    this.#fd = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    const socket = new Socket({ fd: this.#fd, readable: true, writable: false });
    this.#socket = socket;
    const decoder = new StringDecoder('utf8');
    let rest = '';
    this.ended = new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (data: Buffer) => {
        const lines = (rest + decoder.write(data)).split('\n');
        rest = lines.pop() as string;
        for (const text of lines) {
          if (`${text}\n` !== END) line(text);
          else {
            socket.destroy();
            resolve();
          }
        }
      });
    });
  }

  /** Closes the pipe, also where nothing was traced at all: an open one would keep this process. */
  close(): void {
    this.#socket.destroy();
  }

  /** Resolves when all that strace wrote has been read, after strace has ended. */
  async finish(): Promise<void> {
    // A line that strace was writing when it was killed must not swallow ours.
    for (const text = `\n${END}`; ; await new Promise((resolve) => setTimeout(resolve, 5))) {
      try {
        writeSync(this.#fd, text);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // full: it is being read meanwhile
      }
    }
    await this.ended;
  }
}
