import { connect } from 'node:net';
import { missing, userId } from './debian.ts';
import { Server } from './server.ts';

const BINARY = '/usr/sbin/nats-server';

export const natsMissing = (): string | undefined => missing(BINARY, 'nats-server');

/** A server for NATS, with streams. */
export class Nats extends Server {
  static async begin(port: number): Promise<Nats> {
    const server = new Nats('nats', port, userId('nobody'));
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  protected command(): string[] {
    return [BINARY, '-a', '127.0.0.1', '-p', String(this.port), '-js', '-sd', this.directory];
  }

  protected answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('data', () => resolve(true)).once('error', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
  }
}
