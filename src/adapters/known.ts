/** Package → the file of dist/adapters/ with its adapter. Looked at for each file that the program loads from a package. */
export const KNOWN: Readonly<Record<string, string>> = {
  '@redis/client': 'redis',
  amqplib: 'amqplib',
  bullmq: 'bullmq',
  ioredis: 'ioredis',
  mysql2: 'mysql2',
  pg: 'pg',
  'pg-pool': 'pg',
};

/** Packages of ES modules only: these are not seen by the hook for CommonJS when they are imported. */
export const KNOWN_ESM: readonly string[] = [];
