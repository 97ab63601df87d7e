/**
 * The files of test/e2e in which an engine is not what is tested: what they ask holds with each engine that makes images.
 * `npm run test:direct` runs all of them with the engine direct; what only criu has is skipped there, and it is said why
 * (which-engine.ts).
 */
export const NEUTRAL = [
  'apps',
  'bundles',
  'collect',
  'connections',
  'frameworks',
  'front-door',
  'generators',
  'getrandom',
  'heap-place',
  'http-requests',
  'image-many',
  'image-trust',
  'lifecycle',
  'locks',
  'natives',
  'node-sqlite',
  'node-versions',
  'or-run',
  'own-clocks',
  'own-environment',
  'policies',
  'programs',
  'published',
  'random-pools',
  'repeat',
  'replace-image',
  'restore-policies',
  'restore-waits',
  'signals',
  'smoke',
  'sqlite',
  'stdin-nonblocking',
  'stdio',
  'user-clocks',
  'worker-environment',
  'libraries/kafka',
  'libraries/mariadb',
  'libraries/mongodb',
  'libraries/mqtt',
  'libraries/nats',
  'libraries/postgres',
  'libraries/rabbitmq',
  'libraries/redis',
  'libraries/shared-redis',
  'libraries/uuid',
].map((name) => `test/e2e/${name}.test.ts`);

/** Those of them that `npm test` runs with the engine that is taken by itself, which chooses at the checkpoint. */
export const EITHER = ['lifecycle', 'policies', 'programs', 'restore-policies', 'signals'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

/** Those of them that `npm test` runs with the engine direct as well: the cheap ones, that together see most of it. */
export const BOTH = [
  'http-requests',
  'lifecycle',
  'locks',
  'natives',
  'or-run',
  'own-clocks',
  'own-environment',
  'policies',
  'programs',
  'restore-policies',
  'signals',
  'stdin-nonblocking',
  'worker-environment',
].map((name) => `test/e2e/${name}.test.ts`);
