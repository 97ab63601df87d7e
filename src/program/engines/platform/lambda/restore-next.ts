import { readSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { EngineError } from '../../../../shared/errors/index.ts';
import { restoredWith } from '../fixups.ts';
import type { Standing } from '../points/point.ts';
import { PATHS, type RuntimeApi } from './runtime-api.ts';

/** Node's handle behind a socket. */
interface Handle {
  fd: number;
  setBlocking?(on: boolean): number;
}

/** The time in milliseconds between two looks, where the connection cannot be made to wait. */
const STEP = 2;

/**
 * The request for the next restore. Lambda makes its snapshot while it is unanswered; each copy has the answer of its
 * own.
 */
export class RestoreNext implements Standing {
  readonly #api: RuntimeApi;
  readonly #record: string;
  #socket: Socket | undefined;

  constructor(api: RuntimeApi, record: string) {
    this.#api = api;
    this.#record = record;
  }

  async ready(): Promise<void> {
    const { connect } = require('node:net') as typeof import('node:net');
    const { host, port } = this.#api;
    await new Promise<void>((resolve, reject) => {
      // The socket is read by us alone, in place: a paused one does not begin to read.
      const socket = connect({ host, port }).pause();
      this.#socket = socket;
      socket.once('error', (cause) =>
        reject(
          new EngineError(`cannot reach Lambda's Runtime API at ${host}:${port}: ${cause.message}`, {
            cause,
          }),
        ),
      );
      socket.once('connect', resolve);
    });
    this.#handle.setBlocking?.(true);
  }

  stand(): string {
    const { fd } = this.#handle;
    const { host, port } = this.#api;
    const head = [
      `GET ${PATHS.restoreNext} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Connection: close',
      'User-Agent: node-crac',
    ];
    writeSync(fd, `${head.join('\r\n')}\r\n\r\n`);
    const status = statusOf(readHead(fd));
    if (status === 200) return restoredWith(this.#record);
    return `Fthe Runtime API answers ${status ?? 'nothing'} to ${PATHS.restoreNext}, where it says 200`;
  }

  over(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  get #handle(): Handle {
    return (this.#socket as unknown as { _handle: Handle })._handle;
  }
}

/** Reads up to the empty line; the answer has no body. */
function readHead(fd: number): string {
  const bytes = Buffer.alloc(4096);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let text = '';
  while (!text.includes('\r\n\r\n')) {
    try {
      const length = readSync(fd, bytes, 0, bytes.length, null);
      if (length === 0) break;
      text += bytes.toString('latin1', 0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, STEP);
    }
  }
  return text;
}

function statusOf(head: string): number | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? [];
  return status === undefined ? undefined : Number(status);
}
