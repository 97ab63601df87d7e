import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { missing, userId } from './debian.ts';
import { Server } from './server.ts';
import { selfSigned } from './tls.ts';

export const mariadbMissing = (): string | undefined => missing('/usr/sbin/mariadbd', 'mariadb-server');

/** MariaDB on loopback and on a unix socket, with TLS on offer. */
export class Mariadb extends Server {
  readonly #data = join(this.directory, 'data');
  readonly socket = join(this.directory, 'socket');
  readonly #tls = selfSigned(this.directory);
  readonly password = 'secret/of@mine';

  static async begin(port: number, ...databases: string[]): Promise<Mariadb> {
    const server = new Mariadb('mariadb', port, userId('mysql'));
    for (const file of Object.values(server.#tls)) chownSync(file, server.account.uid, server.account.gid);
    const quietly = { ...server.account, cwd: server.directory, stdio: 'pipe' as const };
    const how = ['--no-defaults', '--skip-test-db', '--auth-root-authentication-method=normal'];
    execFileSync('mariadb-install-db', [...how, `--datadir=${server.#data}`], quietly);
    await server.start();
    server.sql('', `CREATE USER app@'127.0.0.1' IDENTIFIED BY '${server.password}'`);
    server.sql('', `CREATE USER app@localhost IDENTIFIED BY '${server.password}'`);
    for (const database of databases) {
      server.sql('', `CREATE DATABASE ${database}`);
      for (const host of ['127.0.0.1', 'localhost'])
        server.sql('', `GRANT ALL ON ${database}.* TO app@'${host}'`);
    }
    return server;
  }

  /** Runs statements and returns the rows, one a line. */
  sql(database: string, text: string): string {
    const words = ['--no-defaults', '-u', 'root', '-S', this.socket, '-BN', ...(database ? [database] : [])];
    return execFileSync('mariadb', [...words, '-e', text], { encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  forget(): Promise<void> {
    const count = `SELECT count(*) FROM information_schema.processlist WHERE user = 'app'`;
    return this.forgetEnded(() => Number(this.sql('', count)));
  }

  url(database: string): string {
    return `mysql://app:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}`;
  }

  protected command(): string[] {
    const settings = {
      datadir: this.#data,
      port: String(this.port),
      'bind-address': '127.0.0.1',
      socket: this.socket,
      'pid-file': join(this.directory, 'pid'),
      'ssl-key': this.#tls.key,
      'ssl-cert': this.#tls.certificate,
      'log-warnings': '2', // tells of clients that go away without a goodbye
      'innodb-flush-log-at-trx-commit': '0',
    };
    const options = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    return ['/usr/sbin/mariadbd', '--no-defaults', '--skip-name-resolve', ...options];
  }

  protected async answers(): Promise<boolean> {
    try {
      this.sql('', 'SELECT 1');
      return true;
    } catch (error) {
      if ((error as { status?: number }).status === undefined) throw error;
      return false; // not yet
    }
  }
}
