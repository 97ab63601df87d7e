import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Place, Running } from '../crac.ts';
import { missing } from './debian.ts';

export const registryMissing = (): string | undefined =>
  missing('/usr/bin/docker-registry', 'docker-registry') ?? missing('/usr/bin/htpasswd', 'apache2-utils');
export const skopeoMissing = (): string | undefined => missing('/usr/bin/skopeo', 'skopeo');

/**
 * Debian's registry (CNCF distribution) on loopback; it ends with `place`.
 * @param auth the password of the user `me`, or lines of the configuration
 */
export async function startRegistry(place: Place, port: number, auth?: string | string[]): Promise<Running> {
  const directory = place.path('registry');
  mkdirSync(directory, { recursive: true });
  const lines = [
    'version: 0.1',
    'storage:',
    '  filesystem:',
    `    rootdirectory: ${directory}/data`,
    '  delete:',
    '    enabled: true',
    'http:',
    `  addr: 127.0.0.1:${port}`,
  ];
  if (Array.isArray(auth)) lines.push(...auth);
  else if (auth !== undefined) {
    const line = execFileSync('htpasswd', ['-nbB', 'me', auth], { encoding: 'utf8' });
    writeFileSync(`${directory}/htpasswd`, line);
    lines.push('auth:', '  htpasswd:', '    realm: here', `    path: ${directory}/htpasswd`);
  }
  writeFileSync(`${directory}/config.yml`, `${lines.join('\n')}\n`);
  const server = place.start('/usr/bin/docker-registry', ['serve', `${directory}/config.yml`]);
  await server.line(/listening on/);
  return server;
}
