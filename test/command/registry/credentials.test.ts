import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialsFor } from '../../../src/command/registry/credentials.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'crac-credentials-'));
  mkdirSync(join(home, '.docker'));
});
afterEach(() => rmSync(home, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ask = (registry: string, config: unknown, more: NodeJS.ProcessEnv = {}) => {
  writeFileSync(
    join(home, '.docker/config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  );
  return credentialsFor(registry, { HOME: home, PATH: `${home}:${process.env.PATH}`, ...more });
};
const password = (user: string, secret: string) => ({ user, secret, isIdentityToken: false });

test('as docker login keeps them, by any of its names for a registry', () => {
  const config = {
    auths: {
      'r.example': { auth: base64('me:a:b') },
      'https://old.example/v1/': { auth: base64('old:x') },
      'https://index.docker.io/v1/': { auth: base64('hub:y') },
      't.example': { auth: base64('ignored:ignored'), identitytoken: 'tok' },
      'e.example': {},
    },
  };
  expect(ask('r.example', config)).toEqual(password('me', 'a:b'));
  expect(ask('old.example', config)).toEqual(password('old', 'x'));
  expect(ask('docker.io', config)).toEqual(password('hub', 'y'));
  expect(ask('t.example', config)).toEqual({ user: '', secret: 'tok', isIdentityToken: true });
  expect(ask('e.example', config)).toBeUndefined();
  expect(ask('constructor', config)).toBeUndefined();
  expect(ask('other.example', {})).toBeUndefined();
});

test("podman's file comes first where it is named; none at all is no failure", () => {
  const file = join(home, 'auth.json');
  writeFileSync(file, JSON.stringify({ auths: { 'r.example': { auth: base64('pod:p') } } }));
  expect(
    ask('r.example', { auths: { 'r.example': { auth: base64('me:m') } } }, { REGISTRY_AUTH_FILE: file }),
  ).toEqual(password('pod', 'p'));
  expect(credentialsFor('r.example', { HOME: join(home, 'nobody') })).toBeUndefined();
});

test('a credential helper is asked as docker asks it', () => {
  const helper = join(home, 'docker-credential-test');
  writeFileSync(
    helper,
    '#!/bin/sh\nread server\ncase $server in\n r.example) echo \'{"ServerURL":"x","Username":"me","Secret":"s"}\';;\n t.example) echo \'{"Username":"<token>","Secret":"tok"}\';;\n b.example) echo nonsense;;\n no.example) echo "credentials not found in native keychain"; exit 1;;\n *) echo locked; exit 1;;\nesac\n',
  );
  chmodSync(helper, 0o755);
  const config = {
    credHelpers: { 'r.example': 'test' },
    credsStore: 'test',
    auths: { 'no.example': { auth: base64('in:file') } },
  };
  expect(ask('r.example', config)).toEqual(password('me', 's'));
  expect(ask('t.example', config)).toEqual({ user: '<token>', secret: 'tok', isIdentityToken: true });
  expect(ask('no.example', config)).toEqual(password('in', 'file'));
  expect(() => ask('b.example', config)).toThrow('the answer of docker-credential-test cannot be read');
  expect(() => ask('l.example', config)).toThrow(
    'docker-credential-test has no credentials for l.example: locked',
  );
  expect(() => ask('r.example', { credsStore: 'nowhere' })).toThrow(
    /docker-credential-nowhere has the credentials for r\.example, and it cannot be run/,
  );
  expect(() => ask('r.example', { credsStore: '../x' })).toThrow(
    'names the credential helper "../x", which is no name',
  );
});

test('a file that is no JSON is named', () => {
  expect(() => ask('r.example', '{')).toThrow(/^cannot read .*config\.json: .*; mend it, or log in anew$/);
  expect(() => ask('r.example', '3')).toThrow('it holds no object');
});
