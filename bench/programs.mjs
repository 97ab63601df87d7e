// What is measured: real programs, as people write them.
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const APPS = ['express', 'fastify', 'nest', 'next'];

/** Returns entry files of what scripts/apps.mjs installs (and builds, the first time). */
export const installed = (...names) =>
  JSON.parse(execFileSync(process.execPath, ['scripts/apps.mjs', '--json', ...names], { cwd: root }));

/** @returns `{ name, file, path, env }[]` of those named, or of all, in `place`: away from this project's own packages */
export function programs({ quick, only, place }) {
  const app = (name, path) => {
    const file = entries[name] && copy(join(root, '.apps', name), place, entries[name]);
    return { name, file, path, env: { HOSTNAME: '127.0.0.1' } };
  };
  const heap = (megabytes) => ({
    name: `heap ${megabytes} MB`,
    file: copy(join(root, 'bench/programs/heap.cjs'), place),
    path: '/',
    env: { HEAP_MB: String(megabytes) },
  });
  const wanted = only ?? (quick ? ['http-server', 'express', 'nest'] : undefined);
  const apps = APPS.filter((name) => wanted?.includes(name) ?? true);
  const entries = apps.length > 0 ? installed(...apps) : {};
  const all = [
    {
      name: 'http-server',
      file: copy(join(root, 'test/fixtures/programs/http-server.js'), place),
      path: '/',
      env: {},
    },
    app('express', '/count'),
    app('fastify', '/count'),
    app('nest', '/count'),
    app('next', '/'),
    heap(30),
    heap(300),
  ];
  const unknown = only?.filter((name) => !all.some((program) => program.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `--programs: no ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  return all.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** @returns the copy of `entry`, a file in it, or of itself */
function copy(path, place, entry = path) {
  const to = join(place, basename(path));
  cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  return join(to, relative(path, entry));
}
