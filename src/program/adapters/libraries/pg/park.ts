import type { PgClient, PgConnection } from './shapes.ts';

/** Ends a connection as `client.end()` does, but at once, and without telling the client. */
export function leave(connection: PgConnection): void {
  connection.removeAllListeners();
  connection.on('error', () => {}); // the server may close first, and be done with it
  connection.end(); // the message goes to the kernel at once: the connection is idle
  connection.stream.destroy();
}

/** Gives a client that has lost its connection the one of a new client that has not connected yet. */
export function renew(client: PgClient, fresh: PgClient): void {
  const { connection, connectionParameters, host, port, user, database, password, ssl } = fresh;
  Object.assign(client, { connection, connectionParameters, host, port, user, database, ssl });
  // The password is not enumerable in pg, so that it is not printed.
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
