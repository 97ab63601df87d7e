import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { newerDebian } from '../support/newer-debian.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { withReferrers } from '../support/servers/referrers.ts';
import { registryMissing, startRegistry } from '../support/servers/registry.ts';

/** What other tools make of an image in a registry: oras and crane, which people have beside crac. */

const PORT = await freePorts();
const REGISTRY = await freePorts();
const tools = await newerDebian('oras', 'crane');
const why = registryMissing() ?? tools.why;
const SIGNATURE = 'application/vnd.node-crac.signature.v1+json';

let front: Server | undefined;
afterEach(() => {
  front?.close();
  front = undefined;
});

/** Not synchronously: what stands before the registry is in this process. */
async function tool(name: 'oras' | 'crane', ...words: string[]): Promise<string> {
  const options = { cwd: place.directory, env: { HOME: place.directory } };
  const { code, stdout, stderr } = await place.start(join(tools.root, 'usr/bin', name), words, options).ended;
  expect(code, `${name} ${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout.trim();
}
const oras = (...words: string[]): Promise<string> => tool('oras', ...words, '--plain-http');

async function crac(...words: string[]): Promise<string> {
  const env = { HOME: place.directory, XDG_CACHE_HOME: place.path('cache'), XDG_RUNTIME_DIR: '' };
  const { code, stdout, stderr } = await place.start(CRAC, words, { env }).ended;
  expect(code, stderr).toBe(0);
  return stdout;
}

interface Discovered {
  referrers: { digest: string; artifactType: string }[];
}
async function attachedTo(name: string): Promise<string[]> {
  const found = JSON.parse(await oras('discover', '--format', 'json', '--depth', '1', name)) as Discovered;
  return found.referrers.map(({ artifactType }) => artifactType).sort();
}

/** Starts the image: it answers, and ends. */
async function runs(directory: string): Promise<void> {
  await crac('inspect', directory, '--verify');
  const copy = place.start(join(directory, 'restore'), []);
  await get(PORT);
  await end(place, [copy]);
}

describe.skipIf(why)(`oras and crane${why ? ` (${why})` : ''}`, () => {
  beforeEach(async () => {
    await startRegistry(place, REGISTRY);
    const program = run(place, {
      image,
      words: ['--label', 'v=1', join(PROGRAMS, 'http-server.js')],
      port: PORT,
    });
    await get(PORT);
    await checkpoint(place, program, image);
    for (const key of ['a', 'b']) {
      const pem = place.path(`${key}.pem`);
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', pem]);
      execFileSync('openssl', ['pkey', '-in', pem, '-pubout', '-out', place.path(`${key}.pub`)]);
    }
    await crac('image', 'sign', image, '--key', place.path('a.pem'));
  });

  test('they read and copy an image, and what oras has pulled runs', async () => {
    const name = `localhost:${REGISTRY}/me/app:1`;
    const { digest } = JSON.parse(await crac('push', image, name, '--json')) as { digest: string };
    expect(await tool('crane', 'digest', name)).toBe(digest);
    expect((await tool('crane', 'ls', `localhost:${REGISTRY}/me/app`)).split('\n')).toContain('1');
    const manifest = {
      artifactType: 'application/vnd.node-crac.image.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json' },
      annotations: { 'node-crac.label.v': '1' },
    };
    expect(JSON.parse(await tool('crane', 'manifest', name))).toMatchObject(manifest);
    expect(JSON.parse(await oras('manifest', 'fetch', name))).toMatchObject(manifest);

    await oras('pull', '--output', place.path('by-oras'), name);
    await crac('image', 'decompress', place.path('by-oras'));
    execFileSync('diff', ['-r', '--exclude', 'manifest.sig', image, place.path('by-oras')]);
    await runs(place.path('by-oras'));

    const copied = `localhost:${REGISTRY}/me/copied:2`;
    await tool('crane', 'copy', name, copied);
    expect(JSON.parse(await crac('pull', copied, place.path('by-crane'), '--json'))).toMatchObject({
      digest,
    });
    execFileSync('diff', ['-r', '--exclude', 'manifest.sig', image, place.path('by-crane')]); // signatures are beside it
  });

  test.each(['the tag of the specification', 'the referrers API'])(
    'by %s: signatures, beside what others attach',
    async (way) => {
      let port = REGISTRY;
      if (way === 'the referrers API') ({ port, server: front } = await withReferrers(REGISTRY));
      const name = `localhost:${port}/me/app:1`;
      await crac('push', image, name);
      expect(await attachedTo(name)).toEqual([SIGNATURE]);
      // Another's attachment stays, and is no signature.
      writeFileSync(place.path('sbom.json'), '{}');
      await oras('attach', '--artifact-type', 'example/sbom', name, 'sbom.json:application/json');
      await crac('image', 'sign', image, '--key', place.path('b.pem'));
      await crac('push', image, name);
      expect(await attachedTo(name)).toEqual([SIGNATURE, SIGNATURE, 'example/sbom']);
      for (const key of ['a', 'b'])
        await crac('pull', name, place.path('pulled'), '--require-signature', place.path(`${key}.pub`));
      // With its signatures it goes to another place.
      const copied = `localhost:${port}/other/app:1`;
      await tool('oras', 'cp', '--recursive', '--from-plain-http', '--to-plain-http', name, copied);
      await crac('pull', copied, place.path('second'), '--require-signature', place.path('a.pub'));
      execFileSync('diff', ['-r', '--exclude', 'manifest.sig', image, place.path('second')]);
    },
  );
});
