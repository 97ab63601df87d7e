/** Package → the file of dist/adapters/ with its adapter. Looked at for each file that the program loads from a package. */
export const KNOWN: Readonly<Record<string, string>> = {
  '@grpc/grpc-js': 'grpc-js',
  '@opentelemetry/resources': 'opentelemetry',
  '@opentelemetry/sdk-logs': 'opentelemetry',
  '@opentelemetry/sdk-trace': 'opentelemetry',
  '@opentelemetry/sdk-trace-base': 'opentelemetry',
  '@prisma/client': 'ids',
  '@redis/client': 'redis',
  'better-sqlite3': 'better-sqlite3',
  'engine.io': 'engine.io',
  'pg-pool': 'pg',
  'prom-client': 'prom-client',
  'sonic-boom': 'pino',
  'thread-stream': 'pino',
  amqplib: 'amqplib',
  bson: 'mongodb',
  bullmq: 'bullmq',
  ioredis: 'ioredis',
  kafkajs: 'kafkajs',
  mongodb: 'mongodb',
  mysql2: 'mysql2',
  nanoid: 'ids',
  pg: 'pg',
  undici: 'undici',
  uuid: 'ids',
  winston: 'winston',
  ws: 'ws',
};

/** Packages of ES modules only: these are not seen by the hook for CommonJS when they are imported. */
export const KNOWN_ESM: readonly string[] = ['bson', 'nanoid', 'uuid'];
