import { execFileSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { missing, userId } from './debian.ts';
import { Server } from './server.ts';
import { selfSigned } from './tls.ts';

export const rabbitmqMissing = (): string | undefined =>
  missing('/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server');

/** RabbitMQ on loopback, on the next port with TLS; without Erlang's distribution, which would want a fixed port. */
export class Rabbitmq extends Server {
  protected override readonly isGroup = true;
  readonly #tls = selfSigned(this.directory);

  static async begin(port: number): Promise<Rabbitmq> {
    const server = new Rabbitmq('rabbitmq', port, userId('rabbitmq'));
    for (const file of Object.values(server.#tls)) chownSync(file, server.account.uid, server.account.gid);
    const lines = {
      'listeners.tcp.local': `127.0.0.1:${port}`,
      'listeners.ssl.local': `127.0.0.1:${port + 1}`,
      'ssl_options.certfile': server.#tls.certificate,
      'ssl_options.keyfile': server.#tls.key,
      'ssl_options.verify': 'verify_none',
      'log.console': 'true',
      'log.console.level': 'info',
      'log.file': 'false',
    };
    writeFileSync(
      join(server.directory, 'rabbitmq.conf'),
      Object.entries(lines)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
    );
    await server.start();
    return server;
  }

  url(tls = false): string {
    return tls
      ? `amqps://guest:guest@127.0.0.1:${this.port + 1}`
      : `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  protected override environment(): NodeJS.ProcessEnv {
    return {
      ...super.environment(),
      RABBITMQ_NODENAME: `test${this.port}@localhost`,
      RABBITMQ_DIST_PORT: String(this.port + 2),
      ERL_EPMD_PORT: String(this.port + 3),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_CONFIG_FILE: join(this.directory, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: join(this.directory, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(this.directory, 'plugins'),
      RABBITMQ_MNESIA_BASE: join(this.directory, 'mnesia'),
      RABBITMQ_LOG_BASE: this.directory,
      RABBITMQ_GENERATED_CONFIG_DIR: join(this.directory, 'config'),
      RABBITMQ_PID_FILE: join(this.directory, 'pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +S 2:2',
    };
  }

  protected command(): string[] {
    return ['/usr/lib/rabbitmq/bin/rabbitmq-server'];
  }

  protected answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.on('error', () => resolve(false)); // not yet
    });
  }

  /** Ends Erlang's name server, too, which is a process of its own. */
  override async close(): Promise<void> {
    await super.close();
    execFileSync('epmd', ['-port', String(this.port + 3), '-kill'], { stdio: 'pipe' });
  }
}
