import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, type Ended, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { registryMissing, skopeoMissing, startRegistry } from '../support/servers/registry.ts';

const PORT = await freePorts();
const REGISTRY = await freePorts();
const PROXY = await freePorts();
const name = (port = REGISTRY) => `localhost:${port}/me/app:1`;
const missing = registryMissing() ?? skopeoMissing();
const script = join(PROGRAMS, 'http-server.js');

const said = ({ code, stdout, stderr }: Ended): string =>
  `${code}: ${stdout}${stderr}`.replaceAll(place.directory, 'HERE').replaceAll(/\(\d[\d.]* m?s\)/g, '(TIME)');

/** With a home and a cache of its own. */
function crac(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return place.start(CRAC, args, {
    env: { HOME: place.directory, XDG_CACHE_HOME: place.path('cache'), XDG_RUNTIME_DIR: '', ...env },
  }).ended;
}
const push = (...args: string[]) => crac({}, 'push', image, name(), ...args);
const pull = (...args: string[]) => crac({}, 'pull', name(), place.path('pulled'), ...args);
const json = async (ended: Promise<Ended>) => JSON.parse((await ended).stdout);

async function make(...words: string[]): Promise<void> {
  const program = run(place, { image, words: [...words, script], port: PORT });
  await get(PORT);
  await checkpoint(place, program, image);
}

let proxy: Server | undefined;
afterEach(() => {
  proxy?.close();
  proxy = undefined;
});

/** In front of the registry: cuts so many connections off when so many bytes have gone through. */
async function breaking(times: number, after: number): Promise<void> {
  let left = times;
  proxy = createServer((client) => {
    const server = connect(REGISTRY, '127.0.0.1');
    let bytes = 0;
    const through = (from: Socket, to: Socket) =>
      from
        .on('data', (data) => {
          bytes += data.length;
          if (left > 0 && bytes > after) {
            left--;
            client.resetAndDestroy();
            server.destroy();
          } else to.write(data);
        })
        .on('error', () => to.destroy())
        .on('close', () => to.destroy());
    through(client, server);
    through(server, client);
  });
  await new Promise<void>((resolve) => proxy?.listen(PROXY, '127.0.0.1', resolve));
}

describe.skipIf(missing)(`a real registry${missing ? ` (${missing})` : ''}`, () => {
  test('an image goes there and comes back, once; others read it; it runs', async () => {
    const server = await startRegistry(place, REGISTRY);
    await make('--label', 'v=1');
    const first = await json(push('--json'));
    expect(first).toMatchObject({
      reference: name(),
      digest: expect.stringMatching(/^sha256:/),
      uploaded: first.size + 2,
    });
    expect(await json(push('--json'))).toMatchObject({ digest: first.digest, uploaded: 0 });
    const pulled = await json(pull('--json'));
    expect(pulled).toMatchObject({
      digest: first.digest,
      files: first.files,
      size: first.size,
      downloaded: first.size,
    });
    execFileSync('diff', ['-r', image, place.path('pulled')]);
    expect(await json(pull('--json'))).toMatchObject({ downloaded: 0 });
    const byDigest = await crac(
      {},
      'pull',
      `localhost:${REGISTRY}/me/app@${first.digest}`,
      place.path('other'),
      '--compressed',
    );
    expect(byDigest.code, byDigest.stderr).toBe(0);
    expect(readdirSync(place.path('other'))).toContain('compressed.json');

    const raw = execFileSync('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${name()}`], {
      encoding: 'utf8',
    });
    expect(JSON.parse(raw)).toMatchObject({
      artifactType: 'application/vnd.node-crac.image.v1',
      annotations: { 'node-crac.label.v': '1', 'org.criu.checkpoint.engine.name': expect.any(String) },
    });
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--src-tls-verify=false',
      `docker://${name()}`,
      `oci:${place.path('oci')}`,
    ]);
    expect(readdirSync(place.path('oci', 'blobs/sha256'))).toContain(first.digest.slice(7));

    const copy = place.start(CRAC, ['restore', place.path('pulled'), '--require', 'v=1', '--verify']);
    await get(PORT);
    await end(place, [copy]);
    expect(server.stderr() + server.stdout()).toContain('PATCH');
  });

  test('who may: credentials of docker login, a helper, and the words for those who have none', async () => {
    await startRegistry(place, REGISTRY, 'secret');
    await make();
    const refused = (who: string) =>
      `1: crac: localhost:${REGISTRY} does not let ${who} pull,push me/app (401). Log in with\n  docker login localhost:${REGISTRY}\n`;
    expect(said(await push())).toBe(refused('one who is not logged in'));
    mkdirSync(place.path('.docker'));
    const logIn = (secret: string) =>
      writeFileSync(
        place.path('.docker/config.json'),
        JSON.stringify({
          auths: { [`localhost:${REGISTRY}`]: { auth: Buffer.from(`me:${secret}`).toString('base64') } },
        }),
      );
    logIn('wrong');
    expect(said(await push())).toBe(refused('this user'));
    logIn('secret');
    expect(await push()).toMatchObject({ code: 0, stderr: '' });

    mkdirSync(place.path('bin'));
    writeFileSync(
      place.path('bin/docker-credential-here'),
      '#!/bin/sh\necho \'{"Username":"me","Secret":"secret"}\'\n',
    );
    chmodSync(place.path('bin/docker-credential-here'), 0o755);
    writeFileSync(place.path('.docker/config.json'), JSON.stringify({ credsStore: 'here' }));
    const env = { PATH: `${place.path('bin')}:${process.env.PATH}` };
    expect(await crac(env, 'pull', name(), place.path('pulled'))).toMatchObject({ code: 0, stderr: '' });
    execFileSync('diff', ['-r', image, place.path('pulled')]);
  });

  test('connections that break: what was sent and what came is gone on with', async () => {
    const server = await startRegistry(place, REGISTRY);
    await make('--image-form', 'plain');
    await breaking(3, 200_000);
    const pushed = await crac({}, 'push', image, name(PROXY));
    expect(pushed, pushed.stderr).toMatchObject({ code: 0, stderr: '' });
    proxy?.close();
    await breaking(3, 300_000);
    const pulled = await crac({}, 'pull', name(PROXY), place.path('pulled'));
    expect(pulled, pulled.stderr).toMatchObject({ code: 0, stderr: '' });
    execFileSync('diff', ['-r', image, place.path('pulled')]);
    expect(server.stdout() + server.stderr()).toMatch(/"GET \/v2\/me\/app\/blobs\/\S+ HTTP\/1\.1" 206 /);

    // One that nobody can finish leaves what came, and no image; the next one takes that.
    rmSync(place.path('cache'), { recursive: true });
    proxy?.close();
    await breaking(1000, 300_000);
    const failed = await crac({}, 'pull', name(PROXY), place.path('second'));
    expect(said(failed)).toMatch(/^(0: |1: crac: )/);
    proxy?.close();
    const whole = await crac({}, 'pull', name(), place.path('second'));
    expect(whole, whole.stderr).toMatchObject({ code: 0, stderr: '' });
    execFileSync('diff', ['-r', image, place.path('second')]);
    expect(said(await crac({}, 'pull', name(PROXY), place.path('third')))).toMatch(
      new RegExp(
        `^1: crac: cannot reach the registry localhost:${PROXY}: .*ECONNREFUSED.*Look whether its name is right`,
      ),
    );
  });

  test('what is not what it says is not taken', async () => {
    await startRegistry(place, REGISTRY);
    await make();
    await push();
    expect(said(await crac({}, 'pull', `localhost:${REGISTRY}/me/app:none`, place.path('pulled')))).toBe(
      `72: crac: there is no localhost:${REGISTRY}/me/app:none in the registry. See which tags there are, with\n  skopeo list-tags docker://REGISTRY/NAME\n`,
    );
    // A byte of the largest blob, on the registry's disk.
    const blobs = execFileSync(
      'find',
      [place.path('registry/data'), '-name', 'data', '-size', '+64k', '-printf', '%s %p\n'],
      { encoding: 'utf8' },
    );
    const [largest = ''] = blobs
      .trim()
      .split('\n')
      .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
    const path = largest.slice(largest.indexOf(' ') + 1);
    const bytes = readFileSync(path);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(path, bytes);
    expect(said(await pull())).toMatch(
      new RegExp(`^72: crac: what localhost:${REGISTRY} gave for sha256:\\w+ is something else`),
    );
    expect(existsSync(place.path('pulled'))).toBe(false);

    const manifest = async (tag: string, change: (manifest: Record<string, unknown>) => void) => {
      const url = `http://localhost:${REGISTRY}/v2/me/app/manifests/`;
      const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
      const text = JSON.parse(await (await fetch(`${url}1`, { headers: accept })).text());
      change(text);
      const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
      await fetch(url + tag, { method: 'PUT', headers, body: JSON.stringify(text) });
      return said(await crac({}, 'pull', `localhost:${REGISTRY}/me/app:${tag}`, place.path('pulled')));
    };
    const title = (to: string) => (text: Record<string, unknown>) => {
      const [layer] = text.layers as { annotations: Record<string, string> }[];
      if (layer) layer.annotations['org.opencontainers.image.title'] = to;
    };
    expect(await manifest('up', title('../evil'))).toContain(
      'names a file "../evil", which is no file\'s name; it is not pulled',
    );
    expect(await manifest('dot', title('..'))).toContain('names a file "..", which is no file\'s name');
    expect(await manifest('twice', title('restore'))).toContain('has two files of one name');
    expect(
      await manifest('foreign', (text) => {
        text.artifactType = 'text/x';
      }),
    ).toContain('is no image of crac, but "text/x"');
    expect(existsSync(place.path('pulled'))).toBe(false);
  });

  test('a signature goes beside the image, and can come later; encrypted images travel too', async () => {
    await startRegistry(place, REGISTRY);
    await make();
    for (const key of ['a', 'b']) {
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', place.path(`${key}.pem`)]);
      execFileSync('openssl', [
        'pkey',
        '-in',
        place.path(`${key}.pem`),
        '-pubout',
        '-out',
        place.path(`${key}.pub`),
      ]);
    }
    const unsigned = await json(push('--json'));
    expect(said(await pull('--require-signature', place.path('a.pub')))).toContain(
      'me/app:1 is not signed. Whoever vouches',
    );
    await place.crac('image', 'sign', image, '--key', place.path('a.pem'));
    const signed = await json(push('--json'));
    expect(signed).toMatchObject({ digest: unsigned.digest, signature: expect.stringMatching(/^sha256:/) });
    expect(said(await pull('--require-signature', place.path('a.pub')))).toMatch(
      /^0: .*; signed by \w{64} \(TIME\)\n$/,
    );
    execFileSync('diff', ['-r', image, place.path('pulled')]);
    expect(said(await pull('--require-signature', place.path('b.pub')))).toMatch(
      new RegExp(`^72: crac: localhost:${REGISTRY}/me/app:1 was signed by another key`),
    );
    await place.crac('image', 'sign', image, '--key', place.path('b.pem'));
    await push();
    for (const key of ['a', 'b'])
      expect(await pull('--require-signature', place.path(`${key}.pub`))).toMatchObject({
        code: 0,
        stderr: '',
      });

    writeFileSync(place.path('key'), 'k'.repeat(40));
    await place.crac('image', 'encrypt', image, '--key-file', place.path('key'));
    expect(await push()).toMatchObject({ code: 0, stderr: '' });
    expect(await pull()).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(place.path('pulled'))).toContain('image.enc');
    expect(
      await place.crac('image', 'decrypt', place.path('pulled'), '--key-file', place.path('key')),
    ).toMatchObject({ code: 0 });
  });
});

test('words that cannot be meant', async () => {
  expect(said(await crac({}, 'push', image))).toBe(
    '2: crac: say which image goes where: crac push IMAGE REGISTRY/NAME:TAG\n',
  );
  expect(said(await crac({}, 'pull', 'app:1', image))).toMatch(
    /^2: crac: app:1: it does not begin with the name of a registry/,
  );
  expect(said(await push())).toBe('72: crac: no image at HERE/image: there is no such directory\n');
});
