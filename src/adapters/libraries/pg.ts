import type { Adapter } from '../adapter.ts';

export const adapters: Adapter[] = [
  { package: 'pg', versions: [['8.11', '9']], files: { 'lib/client.js': () => {} } },
  { package: 'pg-pool', versions: [['3.6', '4']], files: {} },
];
