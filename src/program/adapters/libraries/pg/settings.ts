import type { Settings } from '../shared/settings.ts';
import type { PgConfig } from './shapes.ts';

/**
 * Returns the configuration with the values of the new environment. pg reads libpq's variables (PGHOST, …) by itself.
 */
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
  // The password in a pool's options is not enumerable.
  const copy = Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config));
  return Object.assign(copy, changes);
}
