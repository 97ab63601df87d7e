import { expect, test } from 'vitest';
import { baseOf, parseReference } from '../../../src/command/registry/reference.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

test.each([
  ['ghcr.io/me/app:1.2', 'ghcr.io', 'me/app', '1.2', 'https://ghcr.io'],
  ['localhost:5000/app', 'localhost:5000', 'app', 'latest', 'http://localhost:5000'],
  ['127.0.0.1:5000/a/b/c:x', '127.0.0.1:5000', 'a/b/c', 'x', 'http://127.0.0.1:5000'],
  ['[::1]:5000/a:x', '[::1]:5000', 'a', 'x', 'http://[::1]:5000'],
  ['localhost/app:1', 'localhost', 'app', '1', 'http://localhost'],
  ['docker.io/me/app:1', 'docker.io', 'me/app', '1', 'https://registry-1.docker.io'],
  [`r.example/app@${digest}`, 'r.example', 'app', digest, 'https://r.example'],
  [`r.example/app:1@${digest}`, 'r.example', 'app', digest, 'https://r.example'],
  ['localhost.example/app:1', 'localhost.example', 'app', '1', 'https://localhost.example'],
])('%s', (text, registry, name, tag, base) => {
  const reference = parseReference(text);
  expect(reference).toEqual({ registry, name, tag, text });
  expect(baseOf(reference, false)).toBe(base);
});

test.each([
  ['app:1', 'it does not begin with the name of a registry'],
  ['me/app:1', 'it does not begin with the name of a registry'],
  ['https://r.example/app:1', 'it does not begin with the name of a registry'],
  ['r.example/App:1', '"App" is no name of a repository'],
  ['r.example/../x:1', '"../x" is no name of a repository'],
  ['r.example/:1', '"" is no name of a repository'],
  ['r.example/app:', '"" is no tag'],
  ['r.example/app:a b', '"a b" is no tag'],
  ['r.example/app@sha256:12', 'what follows the @ is no digest (sha256: and 64 digits)'],
  ['r.example@evil/app:1', 'it does not begin with the name of a registry'],
])('%s is none', (text, why) => {
  expect(() => parseReference(text)).toThrow(`${text}: ${why}; expected REGISTRY/NAME:TAG`);
});
