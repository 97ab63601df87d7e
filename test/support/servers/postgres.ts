import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globPaths, missing, userId } from './debian.ts';
import { Server } from './server.ts';
import { selfSigned } from './tls.ts';

const PATTERN = '/usr/lib/postgresql/*/bin/postgres';

export const postgresMissing = (): string | undefined => missing(PATTERN, 'postgresql');

/** PostgreSQL on loopback and on a unix socket, with TLS on offer. */
export class Postgres extends Server {
  readonly #bin = join(globPaths(PATTERN).at(-1) ?? '', '..');
  readonly #data = join(this.directory, 'data');
  readonly password = 'secret/of@mine';

  /** Makes the cluster and the databases. */
  static async begin(port: number, ...databases: string[]): Promise<Postgres> {
    const server = new Postgres('postgres', port, userId('postgres'));
    const passwords = join(server.directory, 'password');
    writeFileSync(passwords, server.password, { mode: 0o644 });
    server.#run(
      'initdb',
      '-D',
      server.#data,
      '-U',
      'app',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwords}`,
      '-N',
    );
    const { key, certificate } = selfSigned(server.directory);
    for (const file of [key, certificate]) {
      chownSync(file, server.account.uid, server.account.gid);
      chmodSync(file, 0o600);
    }
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: server.directory,
      ssl: 'on',
      ssl_key_file: key,
      ssl_cert_file: certificate,
      fsync: 'off',
      log_connections: 'on',
      log_disconnections: 'on',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    appendFileSync(join(server.#data, 'postgresql.conf'), lines.join(''));
    await server.start();
    for (const database of databases) server.sql('postgres', `CREATE DATABASE ${database}`);
    return server;
  }

  #run(command: string, ...words: string[]): string {
    return execFileSync(join(this.#bin, command), words, {
      ...this.account,
      cwd: this.directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, PGPASSWORD: this.password, LANG: 'C.UTF-8' },
    });
  }

  /** Runs statements and returns the rows, one a line. */
  sql(database: string, text: string): string {
    const words = ['-h', this.directory, '-p', String(this.port), '-U', 'app', '-d', database];
    return this.#run('psql', ...words, '-v', 'ON_ERROR_STOP=1', '-qAt', '-c', text).trim();
  }

  /** Returns, of what the server has printed since the last time, lines about clients that went away, and errors. */
  takeComplaints(): string[] {
    return this.takeLog()
      .split('\n')
      .filter((line) => /unexpected EOF|reset by peer|could not (send|receive)|ERROR|FATAL/.test(line))
      .filter((line) => !line.includes('the database system is starting up')); // we ask until it is
  }

  forget(): Promise<void> {
    const count = `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    return this.forgetEnded(() => Number(this.sql('postgres', count)));
  }

  url(database: string): string {
    return `postgres://app:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Returns the URL over the unix socket. */
  socketUrl(database: string): string {
    return `${this.url(database)}?host=${this.directory}`;
  }

  protected command(): string[] {
    return [join(this.#bin, 'postgres'), '-D', this.#data];
  }

  protected async answers(): Promise<boolean> {
    try {
      this.#run(
        'pg_isready',
        '-q',
        '-U',
        'app',
        '-d',
        'postgres',
        '-h',
        this.directory,
        '-p',
        String(this.port),
      );
      return true;
    } catch (error) {
      if ((error as { status?: number }).status === undefined) throw error;
      return false; // 1 and 2: not yet
    }
  }
}
