// What is measured: real programs, as people write them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const APPS = ['express', 'fastify', 'nest', 'next'];

/** Entry files of what scripts/apps.mjs installs (and builds, the first time). */
export const installed = (...names) =>
  JSON.parse(execFileSync(process.execPath, ['scripts/apps.mjs', '--json', ...names], { cwd: root }));

const heap = (megabytes) => ({
  name: `heap ${megabytes} MB`,
  file: join(root, 'bench/programs/heap.cjs'),
  path: '/',
  env: { HEAP_MB: String(megabytes) },
});

/** @returns `{ name, file, path, env }[]` */
export function programs({ quick }) {
  const app = (name, path) => ({ name, file: entries[name], path, env: { HOSTNAME: '127.0.0.1' } });
  const entries = installed(...(quick ? ['express', 'nest'] : APPS));
  const all = [
    { name: 'http-server', file: join(root, 'test/fixtures/programs/http-server.js'), path: '/', env: {} },
    app('express', '/count'),
    app('fastify', '/count'),
    app('nest', '/count'),
    app('next', '/'),
    heap(30),
    heap(300),
  ];
  return all.filter(({ file, name }) => file && !(quick && name.startsWith('heap')));
}
