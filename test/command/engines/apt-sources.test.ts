import { expect, test } from 'vitest';
import {
  parseDeb822Sources,
  parseOneLineSources,
} from '../../../src/command/engines/criu/install/apt-sources.ts';
import {
  mainArchives,
  parseOsRelease,
  suitesToTry,
} from '../../../src/command/engines/criu/install/apt-suites.ts';

test('one-line sources: options, comments, discs and flat directories', () => {
  const text = `
# deb http://old.example.test/debian bookworm main
deb [ arch=amd64 signed-by=/usr/share/keyrings/archive.gpg ] http://mirror.example.test/debian/ bookworm main contrib # the mirror
deb-src http://mirror.example.test/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb http://flat.example.test/packages ./
  deb	https://user@plain.example.test/debian	bookworm-updates	main
`;
  expect(parseOneLineSources(text)).toEqual([
    {
      uri: 'http://mirror.example.test/debian/',
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/archive.gpg',
    },
    { uri: 'https://user@plain.example.test/debian', suites: ['bookworm-updates'], components: ['main'] },
  ]);
});

test('deb822 sources: several addresses and suites, a key within, disabled stanzas', () => {
  const text = `Types: deb deb-src
# a comment between
URIs: http://one.example.test/debian
 http://two.example.test/debian
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example.test/debian
Suites: trixie
Components: main

types: deb
uris: http://lower.example.test/debian
suites: trixie
components: main
signed-by: /usr/share/keyrings/archive.gpg
`;
  const sources = parseDeb822Sources(text);
  expect(sources.map(({ uri }) => uri)).toEqual([
    'http://one.example.test/debian',
    'http://two.example.test/debian',
    'http://lower.example.test/debian',
  ]);
  expect(sources[0]?.suites).toEqual(['trixie', 'trixie-updates']);
  expect(sources[0]?.signedBy).toBe(
    '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----',
  );
  expect(sources[2]?.signedBy).toBe('/usr/share/keyrings/archive.gpg');
});

const bookworm = parseOsRelease('ID=debian\nVERSION_CODENAME=bookworm\n');
const noble = parseOsRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME="noble"\n');

test("the distribution's archives are told from other vendors' and asked once", () => {
  const sources = parseOneLineSources(`
deb http://vendor.example.test/apt nodistro main
deb http://security.example.test/debian bookworm-security main
deb http://mirror.example.test/debian bookworm main
deb http://mirror.example.test/debian/ bookworm-updates bookworm main
deb http://mixed.example.test/debian testing main
`);
  expect(mainArchives(sources, bookworm).map(({ uri }) => uri)).toEqual([
    'http://mirror.example.test/debian',
    'http://mixed.example.test/debian',
  ]);
});

test("the machine's own suite is asked first, then newer ones", () => {
  const [archive] = parseOneLineSources('deb http://mirror.example.test/debian bookworm main');
  expect(suitesToTry(archive as NonNullable<typeof archive>, bookworm, [])).toEqual([
    'bookworm',
    'stable',
    'testing',
    'forky',
    'sid',
  ]);
  const [ubuntu] = parseOneLineSources('deb http://mirror.example.test/ubuntu noble main universe');
  expect(suitesToTry(ubuntu as NonNullable<typeof ubuntu>, noble, ['oracular', 'plucky'])).toEqual([
    'noble',
    'oracular',
    'plucky',
    'devel',
  ]);
});
