import { rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { onLines } from '../../shared/protocol/lines.ts';
import type { AgentMessage } from '../../shared/protocol/messages.ts';
import { type SocketName, socketPath } from '../../shared/protocol/socket-path.ts';

type Net = typeof import('node:net');
const net = (): Net => require('node:net') as Net;

/** A member's own socket, on which the agent asks for a checkpoint. It never keeps the program alive. */
export class Control {
  #server: Server | undefined;
  readonly #name: () => SocketName;
  readonly #handle: (message: AgentMessage, socket: Socket) => void;

  /** @param name returns the name of the socket in the record: a copy may have another PID */
  constructor(name: () => SocketName, handle: (message: AgentMessage, socket: Socket) => void) {
    this.#name = name;
    this.#handle = handle;
  }

  open(record: string): void {
    this.close(); // the socket of a checkpoint that was given up is still open
    const server = net().createServer((socket) => {
      socket.unref();
      socket.on('error', () => socket.destroy());
      onLines<AgentMessage>(
        socket,
        (message) => this.#handle(message, socket),
        () => socket.destroy(),
      );
    });
    // Without the socket the program runs as well; `crac checkpoint` then says that it cannot reach it.
    server.on('error', () => server.close());
    const path = socketPath(record, this.#name());
    removeIfMay(path); // left by a process that was killed and had this number
    server.listen({ path, exclusive: true }).unref(); // `exclusive`: in a cluster's worker the socket is not the primary's
    this.#server = server;
  }

  /** Closes the socket; libuv closes the descriptor within the call. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}

/** A program that has given up its rights cannot; what follows says so. */
function removeIfMay(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It cannot listen there either.
  }
}
