import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkpoint, run } from '../support/copies.ts';
import { CRAC, type Ended, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { registryMissing, startRegistry } from '../support/servers/registry.ts';
import { TokenServer } from '../support/servers/token-server.ts';

const PORT = await freePorts();
const REGISTRY = await freePorts();
const NAME = `localhost:${REGISTRY}/me/app:1`;
const SCOPE = 'repository:me/app:pull,push registry.test';
const missing = registryMissing();

let tokens: TokenServer;
let front: Server | undefined;

function crac(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return place.start(CRAC, args, {
    env: { HOME: place.directory, XDG_CACHE_HOME: place.path('cache'), XDG_RUNTIME_DIR: '', ...env },
  }).ended;
}
const push = (name = NAME) => crac({}, 'push', image, name);
const pull = (name = NAME) => crac({}, 'pull', name, place.path('pulled'));

/** As `docker login` keeps it. */
function logIn(entry: object, more: object = {}, registry = `localhost:${REGISTRY}`): void {
  mkdirSync(place.path('.docker'), { recursive: true });
  writeFileSync(place.path('.docker/config.json'), JSON.stringify({ auths: { [registry]: entry }, ...more }));
}
const basic = (password: string) => ({ auth: Buffer.from(`me:${password}`).toString('base64') });

/** In front of the registry: some of what it is asked has no token at first, as if that had run out on the way. */
async function forgetful(): Promise<string> {
  let count = 0;
  const refused = new Set<string>();
  front = createServer((asked, answer) => {
    const headers = { ...asked.headers };
    const { method, url: path } = asked;
    const what = `${method} ${path}`;
    if (++count % 3 === 0 && !refused.has(what)) delete headers.authorization;
    if (!headers.authorization) refused.add(what);
    asked.pipe(
      request({ host: '127.0.0.1', port: REGISTRY, method, path, headers }, (got) => {
        answer.writeHead(got.statusCode as number, got.headers);
        got.pipe(answer);
      }),
    );
  });
  await new Promise<void>((resolve) => front?.listen(0, '127.0.0.1', resolve));
  return `localhost:${(front.address() as AddressInfo).port}`;
}

describe.skipIf(missing)(`a registry that takes bearer tokens${missing ? ` (${missing})` : ''}`, () => {
  beforeEach(async () => {
    tokens = await TokenServer.start(place);
    await startRegistry(place, REGISTRY, tokens.settings);
    const program = run(place, { image, words: [join(PROGRAMS, 'http-server.js')], port: PORT });
    await get(PORT);
    await checkpoint(place, program, image);
  });
  afterEach(() => {
    tokens.close();
    front?.close();
    front = undefined;
  });

  test('whoever is logged in may push, and everybody pull', async () => {
    const refused = `crac: localhost:${REGISTRY} does not let one who is not logged in pull,push me/app (401). Log in with\n  docker login localhost:${REGISTRY}\n`;
    expect(await push()).toMatchObject({ code: 1, stderr: refused });
    logIn(basic('wrong'));
    expect(await push()).toMatchObject({
      code: 1,
      stderr: refused.replace('one who is not logged in', 'this user'),
    });
    logIn(basic('secret'));
    expect(await push()).toMatchObject({ code: 0, stderr: '' });
    expect([...new Set(tokens.asked)]).toEqual([`GET nobody ${SCOPE}`, `GET me ${SCOPE}`]);
    rmSync(place.path('.docker'), { recursive: true });
    expect(await pull()).toMatchObject({ code: 0, stderr: '' });
    expect(tokens.asked.at(-1)).toBe('GET nobody repository:me/app:pull registry.test');
    execFileSync('diff', ['-r', image, place.path('pulled')]);
  });

  test('an identity token gives tokens; a credential helper has it, or a password', async () => {
    logIn({ identitytoken: 'identity' });
    expect(await push()).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(tokens.asked)).toEqual(new Set([`POST me ${SCOPE}`]));
    mkdirSync(place.path('bin'));
    const helper = place.path('bin/docker-credential-here');
    const env = { PATH: `${place.path('bin')}:${process.env.PATH}` };
    logIn({}, { credsStore: 'here' });
    for (const [name, secret, how] of [
      ['<token>', 'identity', 'POST'],
      ['me', 'secret', 'GET'],
    ]) {
      writeFileSync(
        helper,
        `#!/bin/sh\ncat >/dev/null\necho '{"Username":"${name}","Secret":"${secret}"}'\n`,
      );
      chmodSync(helper, 0o755);
      expect(await crac(env, 'push', image, `localhost:${REGISTRY}/me/other:${how}`)).toMatchObject({
        code: 0,
      });
      expect(tokens.asked.at(-1)).toMatch(`${how} me repository:me/other:`);
    }
  });

  test('a token that runs out on the way is fetched anew', async () => {
    const registry = await forgetful();
    logIn(basic('secret'), {}, registry);
    const name = `${registry}/me/app:1`;
    expect(await push(name)).toMatchObject({ code: 0, stderr: '' });
    expect(await pull(name)).toMatchObject({ code: 0, stderr: '' });
    expect(tokens.asked.length).toBeGreaterThan(4);
    execFileSync('diff', ['-r', image, place.path('pulled')]);
  });

  test('a token server that gives no token is named', async () => {
    logIn(basic('secret'));
    for (const answer of ['<html>', '{}', 'null', '{"token": 7}']) {
      tokens.answer = answer;
      const { code, stderr } = await push();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^crac: http:\/\/127\.0\.0\.1:\d+\/token gives no token for localhost:\d+\. Look whether that is the registry's own token server, or what stands before it\n$/,
      );
    }
  });
});
