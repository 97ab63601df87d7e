import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { baseImage, publishPackages } from '../support/base-image.ts';
import { BASE } from '../support/container.ts';
import { CRAC, Place } from '../support/crac.ts';
import { startRegistry } from '../support/registry.ts';

/** The official image that Dockerfiles begin with; here it is made from Debian, and has this name. */
export const OFFICIAL = `node:${process.versions.node.split('.')[0]}-bookworm-slim`;

const SERVER = `
const { createServer } = require('node:http');
let count = 0;
const server = createServer((_, response) => response.end(++count + ' ' + (process.env.GREETING ?? 'hello') + '\\n'));
server.listen(3000);
process.on('SIGTERM', () => {
  console.log('goodbye');
  server.close();
  server.closeAllConnections();
});
`;

/** An application in a directory of its own, with the Dockerfile that \`crac build --dockerfile\` has written for it. */
export interface Shop {
  place: Place;
  directory: string;
  dockerfile: string;
  /** Tarball of what stands in for the official image, without its user. */
  base: string;
  /** Directory of the Dockerfile that makes the official image of it. */
  official: string;
}

/** @param port of the registry that the builds install crac from */
export async function openShop(
  port: number,
  server = SERVER,
  options: string[] = [],
  dependencies: Record<string, string> = {},
): Promise<Shop> {
  const place = new Place();
  const registry = await startRegistry(place, port);
  await publishPackages(place, registry);
  const base = baseImage(place, BASE, registry);
  const official = place.path('official');
  mkdirSync(official);
  // The official image has this user.
  writeFileSync(join(official, 'Dockerfile'), 'FROM base\nRUN useradd --create-home --uid 1000 node\n');
  const directory = place.path('shop');
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'shop', private: true, dependencies }),
  );
  writeFileSync(join(directory, 'server.js'), server);
  const words = ['build', '--dockerfile', '--warm', '/', '--count', '5', ...options, 'server.js'];
  const written = await place.start(CRAC, words, { cwd: directory }).ended;
  expect(written).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(join(directory, 'Dockerfile'), written.stdout);
  return { place, directory, dockerfile: written.stdout, base, official };
}
