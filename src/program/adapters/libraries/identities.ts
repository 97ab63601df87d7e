import type { Adapter } from '../adapter.ts';
import { adaptBull } from './identities/bull.ts';
import { adaptDiscord } from './identities/discord.ts';
import { adaptMoleculer } from './identities/moleculer.ts';
import { adaptClusterAdapter, adaptRedisAdapter, adaptSubscribing } from './identities/socket-io.ts';

// Identities that a program made up once and tells others. Two copies with one identity take each other's messages, or
// end each other; so each copy makes up another.

const WITHOUT =
  'copies of one image have the same identity, and take each other for themselves. Give each its own in onCopy()';

export const adapters: Adapter[] = [
  {
    package: 'socket.io-adapter',
    versions: [['2.5', '3']],
    without: WITHOUT,
    files: { 'dist/cluster-adapter.js': adaptClusterAdapter },
  },
  {
    package: '@socket.io/redis-adapter',
    versions: [['8.0', '9']],
    without: WITHOUT,
    files: { 'dist/index.js': adaptRedisAdapter, 'dist/util.js': adaptSubscribing },
  },
  {
    package: '@socket.io/redis-streams-adapter',
    versions: [['0.2', '1']],
    without: WITHOUT,
    files: { 'dist/util.js': adaptSubscribing },
  },
  {
    package: 'moleculer',
    versions: [['0.14', '0.15']],
    without: WITHOUT,
    files: { 'src/service-broker.js': adaptMoleculer },
  },
  { package: 'bull', versions: [['4.0', '5']], without: WITHOUT, files: { 'lib/queue.js': adaptBull } },
  {
    package: '@discordjs/ws',
    versions: [['1.0', '3']],
    without: WITHOUT,
    files: { 'dist/index.js': adaptDiscord },
  },
];
