import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
async function run(...options: string[]) {
  const program = place.start(CRAC, ['run', '--image', image, ...options, join(PROGRAMS, 'open-files.js')], {
    env: { PORT: String(PORT) },
  });
  await program.line(/listening on/);
  return program;
}

/** What differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(place.directory, 'HERE')
    .replaceAll(PROGRAMS, 'PROGRAMS')
    .replaceAll(`:${PORT} `, ':PORT ')
    .replace(/descriptor \d+/g, 'descriptor N')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');

test('G5 G6 G7: every file left open is reported at once, with the line that opened it, and the program goes on', async () => {
  await run();
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint.code).toBe(1);
  expect(checkpoint.stdout).toBe('');
  expect(plain(checkpoint.stderr)).toMatchInlineSnapshot(`
    "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 3 errors; no image was made, the program goes on:

    1. OpenFileError: descriptor N is left open: HERE/report.csv (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/report.csv, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/report.csv (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at openReport (PROGRAMS/open-files.js:6:13)

    2. OpenFileError: descriptor N is left open: HERE/stream.txt (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/stream.txt, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/stream.txt (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at Object.<anonymous> (PROGRAMS/open-files.js:17:19)

    3. OpenFileError: descriptor N is left open: HERE/later.bin (regular, open for reading and writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/later.bin, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/later.bin (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at openLater (PROGRAMS/open-files.js:10:22)
    "
  `);
  expect(await get(PORT)).toBe('still here\n');
});

test('G5: --dry-run lists every descriptor with its owner', async () => {
  await run('--allowed-open-prefixes', place.directory);
  const result = await place.crac('checkpoint', image, '--dry-run', '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const { descriptors } = JSON.parse(result.stdout) as {
    descriptors: { fd: number; kind: string; what: string; owner: string; reason: string; opened?: string }[];
  };
  expect(descriptors.filter(({ owner }) => owner === 'error')).toEqual([]);
  const opened = descriptors.filter(({ opened }) => opened !== undefined);
  expect(
    opened.map(({ what, owner, opened }) => plain(`${owner}: ${what} by ${opened}`)).sort(),
  ).toMatchInlineSnapshot(`
    [
      "engine: PROGRAMS/open-files.js by Object.<anonymous> (PROGRAMS/open-files.js:15:4)",
      "engine: anon_inode:inotify by Object.<anonymous> (PROGRAMS/open-files.js:16:4)",
      "engine: tcp 127.0.0.1:PORT LISTEN by WriteStream.<anonymous> (PROGRAMS/open-files.js:25:6)",
      "policy: HERE/app.log by Object.<anonymous> (PROGRAMS/open-files.js:14:4)",
      "policy: HERE/later.bin by openLater (PROGRAMS/open-files.js:10:22)",
      "policy: HERE/report.csv by openReport (PROGRAMS/open-files.js:6:13)",
      "policy: HERE/stream.txt by Object.<anonymous> (PROGRAMS/open-files.js:17:19)",
    ]
  `);
  expect(descriptors.slice(0, 3).map(({ owner }) => owner)).toEqual(['stdio', 'stdio', 'stdio']);
});

test('files that --allowed-open-prefixes allows are restored at their positions', async () => {
  const program = await run('--allowed-open-prefixes', place.directory);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
  place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('still here\n');
});

test('--descriptor-stacks off: the errors come without the place', async () => {
  await run('--descriptor-stacks', 'off');
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint.stderr).toContain('OpenFileError: descriptor');
  expect(checkpoint.stderr).not.toContain('cause:');
});

test.each([
  [['--ignored-fds', 'x'], 'crac: --ignored-fds x: expected numbers with commas between, as 17,23\n'],
  [['--descriptor-stacks', 'all'], 'crac: --descriptor-stacks all: expected off, on or deep\n'],
])('%j is refused before anything starts', async (options, stderr) => {
  expect(await place.crac('run', '--image', image, ...options, join(PROGRAMS, 'open-files.js'))).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr,
  });
});

test('G7: in a program compiled from TypeScript the place is the TypeScript line', async () => {
  const { build } = await import('esbuild');
  const source = join(ROOT, 'test/fixtures/typescript/leak.ts');
  const compiled = place.path('build', 'leak.mjs');
  await build({
    entryPoints: [source],
    outfile: compiled,
    sourcemap: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const program = place.start(CRAC, ['run', '--image', image, compiled], { env: { PORT: String(PORT) } });
  await program.line(/listening on/);
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint.stderr).toContain(`at Reports.open (${source}:11:12)\n`);
});

test('a unix connection to a process outside is cut: the restored program sees its end', async () => {
  const { createServer } = await import('node:net');
  const path = place.path('outside.sock');
  const outside = createServer((socket) => socket.on('error', () => socket.destroy()).write('hello')).listen(
    path,
  );
  try {
    const program = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'unix-client.js'), path], {
      env: { PORT: String(PORT) },
    });
    await program.line(/listening on/);
    await expect.poll(() => get(PORT)).toBe('["connect","data hello"]');
    const { code, stderr } = await place.crac('checkpoint', image);
    expect({ code, stderr: stderr.replaceAll(PROGRAMS, 'PROGRAMS') }).toEqual({
      code: 0,
      stderr:
        'crac: note: the connection to a unix socket of a process outside belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end. Opened at Object.<anonymous> (PROGRAMS/unix-client.js:7:20). Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)\n',
    });
    await program.ended;
    place.start(CRAC, ['restore', image]);
    await expect.poll(() => get(PORT)).toBe('["connect","data hello","end","close"]');
  } finally {
    outside.close();
  }
});
