import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { onlyCriu, TREES } from '../support/which-engine.ts';

const PORT = await freePorts(5);
const SCRIPT = join(PROGRAMS, 'open-files-later.js');
const work = (...names: string[]) => place.path('work', ...names);

beforeEach(() => {
  mkdirSync(work());
  writeFileSync(work('feed.txt'), 'one\ntwo\n');
  writeFileSync(work('table.txt'), '');
});

async function checkpointed(
  options: string[] = [],
  args: string[] = [],
  { cwd = work(), env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<void> {
  const program = place.start(CRAC, ['run', '--image', image, ...options, SCRIPT, ...args], {
    cwd,
    env: { PORT: String(PORT), ...env },
  });
  await program.line(/listening on/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0 });
}

const restored = (...options: string[]) => place.start(CRAC, ['restore', image, ...options]);
const plain = (text: string): string =>
  text.replaceAll(place.directory, 'HERE').replace(/descriptor \d+/g, 'descriptor N');

/** A restore with the rules that the one before has printed. */
function restoredByRulesIn(stderr: string): void {
  const rules = stderr.split('--policies FILE:\n')[1] as string;
  writeFileSync(place.path('rules.yaml'), rules.replaceAll(/^ {2}/gm, ''));
  restored('--policies', place.path('rules.yaml'));
}

test('what was appended since does no harm, to a log or to a file that is read', async () => {
  await checkpointed();
  appendFileSync(work('app.log'), 'by somebody else\n');
  appendFileSync(work('feed.txt'), 'three\n');

  const { stderr } = restored();
  expect(await get(PORT)).toBe('two\n');
  expect(await get(PORT)).toBe('three\n');
  expect(readFileSync(work('app.log'), 'utf8')).toBe('by somebody else\nrequest\nrequest\n');
  expect(stderr()).toBe('');
});

test('a rotated log: the program goes on in the new one', async () => {
  await checkpointed();
  renameSync(work('app.log'), work('app.log.1'));
  writeFileSync(work('app.log'), 'new\n');

  restored();
  await get(PORT);
  expect(readFileSync(work('app.log'), 'utf8')).toBe('new\nrequest\n');
  expect(readFileSync(work('app.log.1'), 'utf8')).toBe('');
});

test('a log that is gone is made anew with its mode, and one line says so', async () => {
  await checkpointed();
  rmSync(work('app.log'));

  const copy = restored();
  await get(PORT);
  expect(readFileSync(work('app.log'), 'utf8')).toBe('request\n');
  expect((statSync(work('app.log')).mode & 0o777).toString(8)).toBe('640');
  expect(plain(copy.stderr())).toBe(
    'crac: HERE/work/app.log is gone since the checkpoint; made anew, empty\n',
  );
});

test('a log whose directory is gone', async () => {
  mkdirSync(work('logs'));
  await checkpointed([], [], { env: { LOG: 'logs/app.log' } });
  renameSync(work('logs'), work('old-logs'));

  const { code, stderr } = await restored().ended;
  expect(code).toBe(72);
  expect(plain(stderr)).toMatchInlineSnapshot(`
    "crac: HERE/work/logs/app.log, which the program has open, is gone and cannot be made anew: No such file or directory. Bring it or its directory back
    "
  `);
});

test('the same content in a new file is the same file', async () => {
  await checkpointed();
  rmSync(work('feed.txt'));
  writeFileSync(work('feed.txt'), 'one\ntwo\n');

  restored();
  expect(await get(PORT)).toBe('two\n');
});

test('what the program cannot go on with is named, all at once, with the rules that would allow it', async () => {
  await checkpointed(['--allowed-open-prefixes', work('table.txt')], ['table.txt']);
  writeFileSync(work('feed.txt'), 'ONE\nTWO\nTHREE\n');
  writeFileSync(work('table.txt'), 'a row of somebody else\n');

  const { code, stderr, stdout } = await restored().ended;
  expect({ code, stdout }).toEqual({ code: 72, stdout: '' });
  expect(plain(stderr)).toMatchInlineSnapshot(`
    "crac: cannot restore HERE/image: what the program has open is not as it was at the checkpoint:
      HERE/work/feed.txt (descriptor N, read to byte 4 of 8) has other content now (14 bytes)
      HERE/work/table.txt (descriptor N, open for writing, 0 bytes) has 23 bytes now
    Bring it back as it was; or let the program go on with what is there now, by these rules in a file for
    crac restore HERE/image --policies FILE:
      type: file
      path: "HERE/work/feed.txt"
      action: reopen
      ---
      type: file
      path: "HERE/work/table.txt"
      action: reopen
    "
  `);

  restoredByRulesIn(stderr);
  expect(await get(PORT)).toBe('TWO\n');
  expect(readFileSync(work('table.txt'), 'utf8')).toBe('row\nw of somebody else\n');
});

test('a file that was cut off before the place where the program reads, and one that is gone', async () => {
  await checkpointed(['--allowed-open-prefixes', work('table.txt')], ['table.txt']);
  writeFileSync(work('feed.txt'), 'on');
  rmSync(work('table.txt'));

  const { code, stderr } = await restored().ended;
  expect(code).toBe(72);
  expect(plain(stderr)).toMatchInlineSnapshot(`
    "crac: cannot restore HERE/image: what the program has open is not as it was at the checkpoint:
      HERE/work/feed.txt (descriptor N, read to byte 4 of 8) has 2 bytes now
      HERE/work/table.txt (descriptor N, open for writing, 0 bytes) is gone
    Bring it back as it was; or let the program go on with what is there now, by these rules in a file for
    crac restore HERE/image --policies FILE:
      type: file
      path: "HERE/work/feed.txt"
      action: reopen
      ---
      type: file
      path: "HERE/work/table.txt"
      action: close
    "
  `);

  restoredByRulesIn(stderr);
  expect(await get(PORT)).toBe('EBADF\n');
});

test('--allowed-open-prefixes and --ignored-fds say the same without a file of rules', async () => {
  await checkpointed();
  writeFileSync(work('feed.txt'), 'ONE\nTWO\n');
  const [, number] = (await restored().ended).stderr.match(/descriptor (\d+)/) as RegExpMatchArray;

  const first = restored('--allowed-open-prefixes', work());
  expect(await get(PORT)).toBe('TWO\n');
  first.child.kill('SIGTERM');
  await first.ended;

  restored('--ignored-fds', number as string);
  expect(await get(PORT)).toBe('TWO\n');
});

test('--or-run: where a file has changed, the program starts cold', async () => {
  await checkpointed();
  writeFileSync(work('feed.txt'), 'ONE\nTWO\n');
  const cold = place.start(CRAC, ['restore', image, '--or-run', SCRIPT], {
    cwd: work(),
    env: { PORT: String(PORT) },
  });
  expect(await get(PORT)).toBe('TWO\n');
  expect(cold.stderr()).toContain(`crac: starting ${SCRIPT} without the image\n`);
});

test('the working directory was moved, or is gone: the program gets that of crac restore', async () => {
  mkdirSync(place.path('home'));
  await checkpointed([], [], { cwd: place.path('home'), env: { DATA: work() } });
  renameSync(place.path('home'), place.path('moved'));

  const first = restored();
  expect(await get(PORT, '/cwd')).toBe(place.directory);
  first.child.kill('SIGTERM');
  await first.ended;

  rmSync(place.path('moved'), { recursive: true });
  restored('--cwd', work());
  expect(await get(PORT, '/cwd')).toBe(work());
  expect(await get(PORT)).toBe('two\n');
});

test('a file that was replaced while the program had it open is in the image: its new namesake may change', async () => {
  writeFileSync(place.path('rules.yaml'), 'type: file\npath: "**/feed.txt*"\naction: ignore\n');
  const program = place.start(
    CRAC,
    ['run', '--image', image, '--policies', place.path('rules.yaml'), SCRIPT],
    {
      cwd: work(),
      env: { PORT: String(PORT) },
    },
  );
  await program.line(/listening on/);
  writeFileSync(work('new.txt'), 'ONE\nTWO\n');
  renameSync(work('new.txt'), work('feed.txt'));
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;

  writeFileSync(work('feed.txt'), 'something else\n');
  restored();
  expect(await get(PORT)).toBe('two\n');
  expect(readFileSync(work('feed.txt'), 'utf8')).toBe('something else\n');
});

onlyCriu(TREES).test('files of processes that the program has started are looked at too', async () => {
  writeFileSync(
    place.path('parent.js'),
    `require('node:child_process').spawn('sh', ['-c', 'exec 9<feed.txt; read line <&9; sleep 1000'], { stdio: 'ignore' });
     setTimeout(() => console.log('ready'), 300);
     setInterval(() => {}, 1000);`,
  );
  const program = place.start(CRAC, ['run', '--image', image, place.path('parent.js')], { cwd: work() });
  await program.line(/ready/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
  writeFileSync(work('feed.txt'), 'ONE\n');

  const { code, stderr } = await restored().ended;
  expect(code).toBe(72);
  expect(plain(stderr).replace(/process \d+/g, 'process P')).toMatchInlineSnapshot(`
    "crac: cannot restore HERE/image: what the program has open is not as it was at the checkpoint:
      HERE/work/feed.txt (descriptor N of process P, read to byte 4 of 8) has other content now (4 bytes)
    Bring it back as it was; or let the program go on with what is there now, by these rules in a file for
    crac restore HERE/image --policies FILE:
      type: file
      path: "HERE/work/feed.txt"
      action: reopen
    "
  `);
});

test('crac inspect and --dry-run list what a restore asks of files', async () => {
  const program = place.start(CRAC, ['run', '--image', image, SCRIPT], {
    cwd: work(),
    env: { PORT: String(PORT) },
  });
  await program.line(/listening on/);
  const dry = await place.crac('checkpoint', image, '--dry-run');
  expect(plain(dry.stdout).match(/files that[\s\S]*?\n\n/)?.[0]).toMatchInlineSnapshot(`
    "files that a restore must find
      18   HERE/work/feed.txt   may grow; what has been read must stay

    "
  `);
  await place.crac('checkpoint', image);
  await program.ended;

  const { stdout } = await place.crac('inspect', image);
  expect(plain(stdout).match(/open files[\s\S]*?\n\n/)?.[0]).toMatchInlineSnapshot(`
    "open files, and what a restore asks of them
      17   HERE/work/app.log    may grow, be rotated or be gone
      18   HERE/work/feed.txt   may grow; what has been read must stay

    "
  `);
});
