import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

/** Who opened what, by every way in which a program imports and opens, on every version of Node. */
const PROGRAM = join(ROOT, 'test/fixtures/handles/esm-leaks.mjs');
const VERSIONS = ['node22', 'node24', 'node26'] as const;

let paths: Record<(typeof VERSIONS)[number], string>;
beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

interface Row {
  kind: string;
  what: string;
  owner: string;
  opened?: string;
  process?: object;
}

const KIND = /^(regular|directory|inotify|socket)$/;

test.each(['this', ...VERSIONS] as const)('with %s node', async (version) => {
  const node = version === 'this' ? [] : ['--node', paths[version]];
  const program = place.start(CRAC, ['run', '--image', image, ...node, PROGRAM]);
  await program.line(/ready/);
  const { code, stdout } = await place.crac('checkpoint', image, '--dry-run', '--json');
  expect(code).toBe(1);
  const { descriptors } = JSON.parse(stdout) as { descriptors: Row[] };
  const theirs = descriptors.filter(
    ({ owner, kind, process }) =>
      KIND.test(kind) && !process && !['stdio', 'runtime', 'crac'].includes(owner),
  );
  const places = theirs.map(({ kind, what, owner, opened }) => {
    const name = kind === 'socket' ? what.replace(/[\d.]+:\d+/g, 'ADDRESS') : what.replace(/.*\//, '');
    const line = opened
      ?.replaceAll(`file://${ROOT}`, '')
      .replaceAll(ROOT, '')
      .match(/^(.*?)\(?\/.*:(\d+):\d+\)?$/);
    return `${owner}: ${name} by ${line ? `${line[1]}line ${line[2]}` : opened}`;
  });
  expect(new Set(places)).toEqual(
    new Set([
      'error: sync.out by line 9',
      'error: promise.out by line 9',
      'error: stream.out by line 9',
      `engine: ${place.directory.replace(/.*\//, '')} by line 11`,
      'engine: anon_inode:inotify by line 12',
      'engine: unix ESTABLISHED by child of line 13',
      'engine: tcp ADDRESS LISTEN by line 15',
      'adapter: tcp ADDRESS → ADDRESS ESTABLISHED by line 19',
      'adapter: tcp ADDRESS → ADDRESS ESTABLISHED by line 22',
      'adapter: tcp ADDRESS → ADDRESS ESTABLISHED by line 24',
      'adapter: tcp ADDRESS → ADDRESS ESTABLISHED by server of line 15',
    ]),
  );
});
