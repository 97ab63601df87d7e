import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const WRITER = join(PROGRAMS, 'writer.js');
const LATER = join(PROGRAMS, 'open-files-later.js');

function rules(name: string, text: string): string {
  writeFileSync(place.path(name), text);
  return place.path(name);
}

async function checkpointed(script: string, atRun?: string): Promise<void> {
  const options = atRun === undefined ? [] : ['--policies', rules('run.yaml', atRun)];
  const program = place.start(CRAC, ['run', '--image', image, ...options, script], {
    env: { PORT: String(PORT) },
  });
  await program.line(/listening on/);
  if (script === WRITER) await get(PORT);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0 });
}

/** With a log and a file to read, both the engine's. */
function later(): string {
  writeFileSync(place.path('feed.txt'), 'one\ntwo\n');
  return LATER;
}

const restored = (text: string) =>
  place.start(CRAC, ['restore', image, '--policies', rules('restore.yaml', text)]);
const plain = (text: string): string =>
  text.replaceAll(place.directory, 'HERE').replace(/descriptor \d+/g, 'descriptor N');

const JOURNAL = 'type: file\npath: "**/journal.txt"\n';

test('reopen at the checkpoint, nothing said at the restore: the rules of the checkpoint hold', async () => {
  await checkpointed(WRITER, `${JOURNAL}action: reopen\n`);
  restored('type: file\npath: /somewhere/else\naction: close\n');
  expect(await get(PORT)).toBe('2\n');
});

test.each(['close', 'ignore'])(
  'reopen at the checkpoint, %s at the restore: it stays closed',
  async (action) => {
    await checkpointed(WRITER, `${JOURNAL}action: reopen\n`);
    const copy = restored(`${JOURNAL}action: ${action}\n`);
    expect(await get(PORT)).toBe('EBADF\n');
    expect(readFileSync(place.path('journal.txt'), 'utf8')).toBe('line 1\n');
    expect(copy.stderr()).toBe('');
  },
);

test('close at the checkpoint, reopen at the restore: it is opened at its position', async () => {
  await checkpointed(WRITER, `${JOURNAL}action: close\n`);
  appendFileSync(place.path('journal.txt'), 'written by somebody else\n');
  restored(`${JOURNAL}action: reopen\n`);
  expect(await get(PORT)).toBe('2\n');
  expect(readFileSync(place.path('journal.txt'), 'utf8')).toBe('line 1\nline 2\n by somebody else\n');
});

test('ignore at the checkpoint, reopen at the restore: it may have changed', async () => {
  await checkpointed(WRITER, `${JOURNAL}action: ignore\n`);
  appendFileSync(place.path('journal.txt'), 'written by somebody else\n');
  expect((await place.crac('restore', image)).code).toBe(72);
  restored(`${JOURNAL}action: reopen\n`);
  expect(await get(PORT)).toBe('2\n');
  expect(readFileSync(place.path('journal.txt'), 'utf8')).toBe('line 1\nline 2\n by somebody else\n');
});

test('error at the restore, for a file that was set aside: a RestoreError, and the program goes on', async () => {
  await checkpointed(WRITER, `${JOURNAL}action: reopen\n`);
  const copy = restored(`# not here\n${JOURNAL}action: error\n`);
  await copy.line(/is refused/);
  expect(plain(copy.stderr())).toMatchInlineSnapshot(`
    "The program goes on after the checkpoint, but afterRestore failed with 1 error:
      Error: descriptor N is refused by line 2 of the policies given at the restore: HERE/journal.txt; \`action: reopen\`, \`ignore\` or \`close\` would let it pass
    "
  `);
  expect(await get(PORT, '/health')).toBe('ok\n');
});

test('error at the restore, for a file that the engine would open: refused before anything starts', async () => {
  await checkpointed(later());
  const { code, stdout, stderr } = await restored('---\ntype: file\npath: "**/*.log"\naction: error\n').ended;
  expect({ code, stdout }).toEqual({ code: 72, stdout: '' });
  expect(plain(stderr)).toMatchInlineSnapshot(`
    "crac: HERE/app.log, which the program has open (descriptor N), is refused by HERE/restore.yaml, line 2; \`action: reopen\`, \`ignore\` or \`close\` would let it pass
    "
  `);
});

test('close at the restore, for a file that the engine would open', async () => {
  await checkpointed(later());
  const copy = restored('type: file\npath: "**/*.log"\naction: close\n');
  expect(await get(PORT)).toBe('EBADF\n');
  expect(copy.stderr()).toBe('');
});

test('sockets: reopen listens again; close stops listening, and the program goes on', async () => {
  await checkpointed(later());
  const SOCKET = `type: socket\nlocalPort: ${PORT}\nlistening: true\n`;
  const first = restored(`${SOCKET}action: reopen\n`);
  expect(await get(PORT)).toBe('two\n');
  first.child.kill('SIGTERM');
  await first.ended;

  // Nothing else keeps this program alive: without its server it is done.
  expect(await restored(`${SOCKET}action: close\n`).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('close: the port may be taken, and its owner loses no connection', async () => {
  await checkpointed(later());
  const owner = createServer((_request, response) => response.end('mine'));
  await new Promise<void>((resolve) => owner.listen(PORT, '127.0.0.1', resolve));
  expect((await place.crac('restore', image)).code).toBe(73);
  const copy = restored(`type: socket\nlocalAddress: 127.0.0.1\nlocalPort: ${PORT}\naction: close\n`);
  let over = false;
  copy.ended.then(() => {
    over = true;
  });
  while (!over) expect(await get(PORT)).toBe('mine');
  expect(await copy.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  owner.close();
});

test('rules given at the restore come before those of the checkpoint at the next one, too', async () => {
  await checkpointed(later(), 'type: file\npath: "**/feed.txt"\naction: ignore\n');
  const copy = restored('# one\n# two\ntype: file\npath: "**/app.log"\naction: ignore\n');
  await get(PORT);
  const { stdout } = await place.crac('checkpoint', String(copy.pid), '--dry-run', '--json');
  const { descriptors } = JSON.parse(stdout) as { descriptors: { what: string; reason: string }[] };
  const reasons = descriptors
    .filter(({ what }) => /\.(log|txt)$/.test(what))
    .map(({ what, reason }) => `${plain(what)}: ${reason}`);
  expect(reasons).toMatchInlineSnapshot(`
    [
      "HERE/app.log: left to the engine by line 3 of the policies",
      "HERE/feed.txt: left to the engine by line 1 of the policies",
    ]
  `);
});

test('a bad file is refused with its line and column, before anything starts', async () => {
  await checkpointed(later());
  expect(await restored('type: file\naction: shred\n').ended).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `crac: ${place.path('restore.yaml')}:2:1: \`action: shred\`; it is one of error, ignore, close, reopen\n`,
  });
  expect(await place.crac('restore', image, '--policies', 'none.yaml')).toMatchObject({
    code: 2,
    stderr: 'crac: --policies none.yaml: there is no such file\n',
  });
  // With --or-run as well: a mistake on the command line is no reason to start cold.
  expect(await place.crac('restore', image, '--policies', 'none.yaml', '--or-run', LATER)).toMatchObject({
    code: 2,
    stdout: '',
  });
});

test('--ignored-fds that are no numbers', async () => {
  await checkpointed(later());
  expect(await place.crac('restore', image, '--ignored-fds', '17,x')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'crac: --ignored-fds 17,x: expected numbers with commas between, as 17,23\n',
  });
});
