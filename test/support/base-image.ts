import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoContainers } from './container.ts';
import { type Place, ROOT } from './crac.ts';
import type { Registry } from './registry.ts';

/** The reason why there is no base image; undefined where there is one, or it can be made. */
export const whyNoBaseImage = whyNoContainers;

/**
 * Makes a base image in the place of the official image of Node, which cannot be pulled here: a minimal Debian with
 * this machine's node and npm, their user, and the registry of the test.
 *
 * @returns a tarball for `docker import`
 */
export function baseImage(place: Place, debian: string, registry: Registry): string {
  const layer = place.path('base');
  const local = join(layer, 'usr/local');
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  mkdirSync(join(local, 'etc'));
  mkdirSync(join(local, 'bin'));
  cpSync(process.execPath, join(local, 'bin/node'));
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  cpSync(join(modules, 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  writeFileSync(join(local, 'etc/npmrc'), `registry=${registry.url}\nupdate-notifier=false\n`);
  const tarball = place.path('base.tar');
  execFileSync('tar', ['-C', debian, '-cf', tarball, '.']);
  // Only the server's own files are added: Docker takes no name twice.
  const own = [
    'usr/local/lib/node_modules',
    'usr/local/etc/npmrc',
    'usr/local/bin/node',
    'usr/local/bin/npm',
  ];
  execFileSync('tar', ['-C', layer, '--owner=0', '--group=0', '-rf', tarball, ...own]);
  return tarball;
}

/** Builds this machine's packages and publishes them. */
export async function publishPackages(place: Place, registry: Registry): Promise<void> {
  const words = ['--out', place.path('release'), '--target', `linux-${process.arch}`, '--no-lint'];
  const publish = ['--publish', '--registry', registry.url];
  const script = join(ROOT, 'scripts/release.mjs');
  const env = registry.environment(place.directory);
  const { code, stderr } = await place.start(process.execPath, [script, ...words, ...publish], { env }).ended;
  if (code !== 0) throw new Error(stderr);
}
