import { sleep, until } from '../shared/in-flight.ts';
import type { PgClient, PgConnection } from './shapes.ts';

/** Milliseconds for the server to close its end after our goodbye. */
const GOODBYE = 500;

/** Ends a connection as `client.end()` does, but the client does not hear of it. */
export async function leave(connection: PgConnection): Promise<void> {
  const { stream } = connection;
  connection.removeAllListeners();
  connection.on('error', () => {}); // the server may close first, and be done with it
  connection.end();
  if (!(await until(() => stream.destroyed, GOODBYE))) stream.destroy();
  await sleep(0); // libuv closes the descriptor in the loop's next turn
}

/** Gives a client that has lost its connection the one of a new client that has not connected yet. */
export function renew(client: PgClient, fresh: PgClient): void {
  const { connection, connectionParameters, host, port, user, database, password, ssl } = fresh;
  Object.assign(client, { connection, connectionParameters, host, port, user, database, ssl });
  // Not enumerable in pg, so that it is not printed.
  Object.defineProperty(client, 'password', {
    value: password,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  Object.assign(client, {
    _connecting: false,
    _connected: false,
    _connectionError: false,
    _ended: false,
    _queryable: true,
    readyForQuery: false,
    saslSession: null,
  });
  if ('_txStatus' in client) client._txStatus = null;
}
