import { aliasesOf } from './aliases.ts';

/** Package → its adapter's file in dist/adapters/. Looked up for each file that the program loads from a package. */
export const KNOWN: Readonly<Record<string, string>> = {
  '@aws-sdk/core': 'aws-sdk',
  '@aws-sdk/credential-provider-node': 'aws-sdk',
  '@discordjs/ws': 'identities',
  '@faker-js/faker': 'faker',
  '@grpc/grpc-js': 'grpc-js',
  '@lukeed/uuid': 'ids',
  '@nats-io/nats-core': 'nats',
  '@nats-io/nuid': 'nats',
  '@opentelemetry/resources': 'opentelemetry',
  '@opentelemetry/sdk-logs': 'opentelemetry',
  '@opentelemetry/sdk-trace': 'opentelemetry',
  '@opentelemetry/sdk-trace-base': 'opentelemetry',
  '@prisma/client': 'ids',
  '@redis/client': 'redis',
  '@smithy/core': 'aws-sdk',
  '@socket.io/redis-adapter': 'identities',
  '@socket.io/redis-streams-adapter': 'identities',
  '@stdlib/random-base-minstd': 'self-seeded',
  '@stdlib/random-base-minstd-shuffle': 'self-seeded',
  '@stdlib/random-base-mt19937': 'self-seeded',
  'better-sqlite3': 'better-sqlite3',
  'engine.io': 'engine.io',
  'pg-pool': 'pg',
  'prom-client': 'prom-client',
  'sonic-boom': 'pino',
  'thread-stream': 'pino',
  'toobusy-js': 'toobusy-js',
  alea: 'generators',
  amqplib: 'amqplib',
  'bson-objectid': 'ids',
  bson: 'mongodb',
  bull: 'identities',
  bullmq: 'bullmq',
  chance: 'generators',
  esbuild: 'esbuild',
  hyperid: 'ids',
  ioredis: 'ioredis',
  isaac: 'self-seeded',
  jsbn: 'secure-generators',
  jsencrypt: 'secure-generators',
  jsrsasign: 'secure-generators',
  kafkajs: 'kafkajs',
  'mersenne-twister': 'generators',
  moleculer: 'identities',
  mongodb: 'mongodb',
  mqtt: 'mqtt',
  mysql2: 'mysql2',
  nanoid: 'ids',
  nuid: 'ids',
  nats: 'nats',
  pg: 'pg',
  prando: 'self-seeded',
  'pure-rand': 'faker',
  'random-js': 'generators',
  'random-seed': 'generators',
  seedrandom: 'generators',
  sjcl: 'secure-generators',
  'socket.io-adapter': 'identities',
  uid: 'ids',
  undici: 'undici',
  uuid: 'ids',
  winston: 'winston',
  ws: 'ws',
  'xid-js': 'self-seeded',
  xorshift: 'self-seeded',
};

/** Packages that consist of ES modules only: the hook for CommonJS does not see them when they are imported. */
export const KNOWN_ESM: readonly string[] = [
  '@faker-js/faker',
  '@lukeed/uuid',
  'bson',
  'nanoid',
  'nuid',
  'pure-rand',
  'uid',
  'uuid',
];

let aliases: ReadonlyMap<string, string> | undefined;

/** Returns the names under which the application has installed packages with an adapter; looked for once. */
export function aliasesInUse(): ReadonlyMap<string, string> {
  aliases ??= aliasesOf(process.argv[1]);
  return aliases;
}

/**
 * @param name of the package's directory: the package's own, or an alias. @returns the package's own name, if it has an
 * adapter
 */
export function knownName(name: string): string | undefined {
  if (Object.hasOwn(KNOWN, name)) return name;
  const real = aliasesInUse().get(name);
  return real !== undefined && Object.hasOwn(KNOWN, real) ? real : undefined;
}

/** Tells whether a frame of a stack, or a path, is in a package that has an adapter. */
export function hasAdapter(place: string): boolean {
  const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(place) ?? [];
  return name !== undefined && knownName(name.replaceAll('\\', '/')) !== undefined;
}
