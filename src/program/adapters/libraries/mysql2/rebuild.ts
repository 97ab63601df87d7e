import type { ConnectionClass, MysqlConfig, MysqlConnection } from './shapes.ts';

/** The properties that were put before the class's own methods. */
const OWN = ['addCommand', 'write', 'emit', 'end'] as const;

/**
 * Runs the constructor of mysql2's connection once more, on a connection that has ended: it connects again, and the
 * program's references and listeners stay what they are.
 */
export function rebuild(Connection: ConnectionClass, connection: MysqlConnection, config: MysqlConfig): void {
  for (const name of OWN) Reflect.deleteProperty(connection, name);
  connection._closing = false;
  const parent = Object.getPrototypeOf(Connection);
  // What `super()` gives in the constructor is its `this`.
  Object.setPrototypeOf(Connection, function Same() {
    return connection;
  });
  try {
    new Connection({ config });
  } finally {
    Object.setPrototypeOf(Connection, parent);
  }
}
