import type { Settings } from '../shared/settings.ts';
import type { PgConfig } from './shapes.ts';

/** The configuration with what the new environment says of it. Variables of libpq (PGHOST, …) pg reads by itself. */
export function followed(config: PgConfig, settings: Settings): PgConfig {
  if (typeof config === 'string') return settings.followUrl(config);
  if (config === undefined || config === null) return config;
  const { connectionString, host, port, user, password, database } = config as Record<string, string>;
  const changes =
    typeof connectionString === 'string'
      ? { connectionString: settings.followUrl(connectionString) }
      : settings.follow({
          host,
          port: port === undefined ? undefined : Number(port),
          user,
          password: typeof password === 'string' ? password : undefined,
          database,
        });
  if (Object.entries(changes).every(([name, value]) => config[name] === value)) return config;
  // A pool's options have a password that is not enumerable.
  const copy = Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config));
  return Object.assign(copy, changes);
}
