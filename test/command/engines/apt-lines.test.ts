import { expect, test } from 'vitest';
import {
  parseDeb822Sources,
  parseOneLineSources,
} from '../../../src/command/engines/criu/install/apt-sources.ts';

const ARCHIVE = { uri: 'http://archive.example/debian', suites: ['trixie'], components: ['main'] };

test('one-line sources with line ends of Windows, tabs, comments and nonsense', () => {
  const text = [
    'deb http://archive.example/debian trixie main\r',
    '\tdeb\t[ arch=amd64  signed-by=/k.gpg ]\thttp://archive.example/debian\ttrixie\tmain # main',
    '# deb http://archive.example/debian trixie main',
    'deb-src http://archive.example/debian trixie main',
    'debhttp://archive.example/debian trixie main',
    'deb http://archive.example/debian',
    'deb',
    '',
  ].join('\n');
  expect(parseOneLineSources(text)).toEqual([ARCHIVE, { ...ARCHIVE, signedBy: '/k.gpg' }]);
  expect(parseOneLineSources('')).toEqual([]);
});

test('deb822 sources with line ends of Windows, comments within a value, and no last line break', () => {
  const stanza = [
    'types: deb deb-src',
    'URIs: http://archive.example/debian',
    'Suites:',
    ' trixie',
    '# a comment',
    ' trixie-updates',
    'Components: main',
  ];
  const expected = [{ ...ARCHIVE, suites: ['trixie', 'trixie-updates'] }];
  expect(parseDeb822Sources(stanza.join('\n'))).toEqual(expected);
  expect(parseDeb822Sources(`${stanza.join('\r\n')}\r\n\r\n${stanza.join('\r\n')}`)).toEqual([
    ...expected,
    ...expected,
  ]);
  expect(parseDeb822Sources(`${stanza.join('\n')}\nEnabled: No\n`)).toEqual([]);
  expect(parseDeb822Sources('\n\n# nothing\n')).toEqual([]);
});
