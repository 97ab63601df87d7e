import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { missing } from './debian.ts';
import { Server } from './server.ts';
import { selfSigned } from './tls.ts';

export const redisMissing = (): string | undefined => missing('/usr/bin/redis-server', 'redis-server');

/** Redis on loopback, on the next port with TLS, and on a unix socket; keeps its data over a restart. */
export class Redis extends Server {
  readonly socket = join(this.directory, 'socket');
  readonly #tls = selfSigned(this.directory);
  readonly password = 'secret/of@mine';

  static async begin(port: number): Promise<Redis> {
    const server = new Redis('redis', port, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
    await server.start();
    return server;
  }

  /** Runs `redis-cli` with these words. */
  cli(...words: string[]): string {
    const env = { PATH: process.env.PATH, REDISCLI_AUTH: this.password };
    return execFileSync('redis-cli', ['-s', this.socket, ...words], {
      encoding: 'utf8',
      stdio: 'pipe',
      env,
    }).trim();
  }

  /** @param database its number */
  url(database: number, tls = false): string {
    const scheme = tls ? 'rediss' : 'redis';
    const port = this.port + (tls ? 1 : 0);
    return `${scheme}://default:${encodeURIComponent(this.password)}@127.0.0.1:${port}/${database}`;
  }

  protected command(): string[] {
    const settings = {
      dir: this.directory,
      port: String(this.port),
      bind: '127.0.0.1',
      unixsocket: this.socket,
      'tls-port': String(this.port + 1),
      'tls-cert-file': this.#tls.certificate,
      'tls-key-file': this.#tls.key,
      'tls-auth-clients': 'no',
      requirepass: this.password,
      appendonly: 'yes',
      save: '',
    };
    return [
      '/usr/bin/redis-server',
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ];
  }

  protected async answers(): Promise<boolean> {
    try {
      return this.cli('PING') === 'PONG';
    } catch (error) {
      if ((error as { status?: number }).status === undefined) throw error;
      return false; // not yet
    }
  }
}
