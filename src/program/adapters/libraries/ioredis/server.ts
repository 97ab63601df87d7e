import { connect as connectNet } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Settings } from '../shared/settings.ts';
import type { Server } from '../shared/unblock.ts';
import type { Redis, RedisOptions } from './shapes.ts';

/** Replaces settings that came from the environment with those of the new one. */
export function followOptions(options: RedisOptions, settings: Settings): void {
  const { host, port, path, username, password, db = 0 } = options;
  if (options.sentinels) return; // the client asks the sentinels who serves
  if (path) Object.assign(options, renamed(settings.followPath(path), { socketPath: 'path' }));
  const target = {
    ...(path ? {} : { host, port }),
    user: username ?? undefined,
    password: password ?? undefined,
    database: db === 0 ? undefined : String(db),
  };
  const { database, ...changed } = settings.follow(target);
  Object.assign(options, renamed(changed, { user: 'username' }), database && { db: Number(database) });
}

export const serverOf = ({ host, port, path, tls, username, password }: RedisOptions): Server => ({
  connect: () => {
    const place = path ? { path } : { host: host ?? 'localhost', port: port ?? 6379 };
    return tls ? connectTls({ ...place, ...tls }) : connectNet(place);
  },
  login: password ? ['AUTH', ...(username ? [username] : []), password] : undefined,
});

const renamed = (values: object, names: Record<string, string>): object =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name] ?? name, value]));

export const where = ({ options: { path, host, port } }: Redis): string => path ?? `${host}:${port}`;
