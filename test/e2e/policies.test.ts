import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const SCRIPT = join(PROGRAMS, 'writer.js');
function policies(text: string): string {
  writeFileSync(place.path('policies.yaml'), text);
  return place.path('policies.yaml');
}

async function run(text: string) {
  const program = place.start(CRAC, ['run', '--image', image, '--policies', policies(text), SCRIPT], {
    env: { PORT: String(PORT) },
  });
  await program.line(/listening on/);
  return program;
}

const refused = (stderr: string) => ({ code: 2, signal: null, stdout: '', stderr });
const runWith = (text: string) => place.crac('run', '--image', image, '--policies', policies(text), SCRIPT);

test('reopen: the file is opened again at its position, and may have changed in between', async () => {
  const program = await run('type: file\npath: "**/journal.txt"\naction: reopen\n');
  expect(await get(PORT)).toBe('1\n');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
  appendFileSync(place.path('journal.txt'), 'written by somebody else\n');

  place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('2\n');
  expect(readFileSync(place.path('journal.txt'), 'utf8')).toBe('line 1\nline 2\n by somebody else\n');
});

test('reopen: a file that is gone is a RestoreError, and the program goes on', async () => {
  const program = await run('type: file\naction: reopen\n');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
  const { rmSync } = await import('node:fs');
  rmSync(place.path('journal.txt'));

  const restore = place.start(CRAC, ['restore', image]);
  await restore.line(/cannot be opened again/);
  expect(
    restore
      .stderr()
      .replaceAll(place.directory, 'HERE')
      .replace(/descriptor \d+/, 'descriptor N'),
  ).toMatchInlineSnapshot(`
    "The program goes on after the checkpoint, but afterRestore failed with 1 error:
      Error: descriptor N cannot be opened again: HERE/journal.txt: ENOENT: no such file or directory, open 'HERE/journal.txt'
    "
  `);
  expect(await get(PORT, '/health')).toBe('ok\n');
});

test('close: later use fails, the rest goes on', async () => {
  const program = await run('type: file\npath: "**/journal.txt"\naction: close\nwarn: false\n');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
  place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('EBADF\n');
});

test('the first rule that matches wins; error refuses what would be restored', async () => {
  await run(
    '# nothing may stay\ntype: file\npath: "**/*.txt"\naction: error\n---\ntype: file\naction: ignore\n',
  );
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint.code).toBe(1);
  expect(checkpoint.stderr).toContain('refused by line 2 of the policies');
});

test.each([
  ['action: close\n', '1:1: the rule has no `type`; it is one of file, pipe, socket, filedescriptor'],
  ['type: file\n', '1:1: the rule has no `action`; it is one of error, ignore, close, reopen'],
  ['type: pipe\naction: reopen\n', '2:1: `action: reopen`; it is one of error, ignore, close'],
  [
    'type: file\naction: close\n---\ntype: file\n  action: : x\n',
    '4:7: Nested mappings are not allowed in compact mappings',
  ],
  ['type: file\naction: close\nport: 1\n', '3:1: `port` selects nothing of type file; it has path'],
  [
    'type: socket\nfamily: ipx\naction: close\n',
    '2:1: `family: ipx`; it is one of ipv4, inet4, ipv6, inet6, ip, inet, unix',
  ],
  ['type: filedescriptor\nvalue: x\naction: ignore\n', '2:1: `value: x`; it is the number of a descriptor'],
  ['- type: file\n', '1:1: a rule is a list of `key: value` lines'],
])('a bad file is refused with its place: %j', async (text, message) => {
  expect(await runWith(text)).toEqual(refused(`crac: ${place.path('policies.yaml')}:${message}\n`));
});

test('a policy file that is not there', async () => {
  const path = place.path('none.yaml');
  expect(await place.crac('run', '--image', image, '--policies', path, SCRIPT)).toEqual(
    refused(`crac: --policies ${path}: there is no such file\n`),
  );
});
