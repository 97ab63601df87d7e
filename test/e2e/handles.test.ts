import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { SerializedError } from '../../src/shared/errors/json.ts';
import { compileAddon } from '../support/compile.ts';
import { CRAC, type Ended, get, Place, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { HANDLES } from './handle-cases.ts';

/** Each kind of handle in a small program of its own: who accounts for it, and how it goes on in a restored copy. */
const FIXTURES = join(ROOT, 'test/fixtures/handles');
let port = 0;
// Each test has a port of its own: what a killed program listened on may stay taken for a moment.
beforeEach(async () => {
  port = await place.ports(2);
});

const shared = new Place();
let addon: string;
beforeAll(() => {
  addon = compileAddon('leaks', shared.path('leaks.node'));
  return () => shared.close();
});

async function run(name: string, ...options: string[]) {
  if (name === 'tls') makeCertificate();
  const program = place.start(CRAC, ['run', '--image', image, ...options, join(FIXTURES, 'serve.js'), name], {
    env: { PORT: String(port), LEAKS: addon, LIBRARY: join(ROOT, 'dist/index.cjs') },
  });
  await program.line(/ready/);
  return program;
}

function makeCertificate(): void {
  const words = 'req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost';
  execFileSync('openssl', words.split(' '), { cwd: place.directory, stdio: 'ignore' });
}

/** Replaces what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(place.directory, 'HERE')
    .replaceAll(FIXTURES, 'HANDLES')
    .replaceAll(addon, 'leaks.node')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\[\d+\]/g, '[INODE]')
    .replace(/descriptor \d+/g, 'descriptor N')
    .replace(/the child \d+/g, 'the child PID')
    .replace(/(--fd|--ignored-fds) \d+/g, '$1 N')
    .replace(/0x[0-9a-f]+/g, 'OFFSET')
    .replace(/(127\.0\.0\.1|0\.0\.0\.0|\[::\]):\d+/g, '$1:PORT');

interface Row {
  kind: string;
  what: string;
  owner: string;
  reason: string;
  opened?: string;
  process?: { pid: number };
}

const UNINTERESTING = ['stdio', 'runtime', 'crac'];

/** Counts the connections that it names and cuts, and returns what else it says. */
function named({ code, stderr }: Ended): { code: number | null; cut: number; stderr: string } {
  const note = /^crac: note: the connection .* belongs to no library .*\n/gm;
  return { code, cut: stderr.match(note)?.length ?? 0, stderr: stderr.replace(note, '') };
}

/** Returns one line for each descriptor that belongs to what the program is about, as `--dry-run --json` tells. */
async function census(cut = 0): Promise<string[]> {
  const result = await place.crac('checkpoint', image, '--dry-run', '--json');
  expect(named(result)).toEqual({ code: 0, cut, stderr: '' });
  const { descriptors } = JSON.parse(result.stdout) as { descriptors: Row[] };
  const rows = descriptors.filter(
    ({ owner, what }) => !UNINTERESTING.includes(owner) && !what.includes(`:${port} `),
  );
  return rows.map(({ kind, what, owner, reason, opened, process }) =>
    plain(`${process ? "child's " : ''}${kind} ${what} | ${owner}: ${reason} | ${opened ?? '-'}`),
  );
}

test.each(HANDLES)('$name', async ({ name, before, after, rows, cut = 0 }) => {
  const program = await run(name);
  expect(await get(port)).toBe(before);
  expect(await census(cut)).toEqual(rows);
  expect(named(await place.crac('checkpoint', image))).toEqual({ code: 0, cut, stderr: '' });
  await program.ended;
  const copy = place.start(CRAC, ['restore', image]);
  expect(await get(port)).toBe(after);
  expect(copy.child.exitCode).toBeNull();
});

test('what the child of a program has open for writing fails the checkpoint; a policy leaves it to the engine', async () => {
  const program = await run('child-file');
  const refused = await place.crac('checkpoint', image);
  expect(refused.code).toBe(1);
  expect(plain(refused.stderr)).toMatchInlineSnapshot(`
    "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. OpenFileError: descriptor N of the child PID (bash -c exec 7>child.out; echo ready; while read line; do e…) is left open: HERE/child.out (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Let the child close the file before the checkpoint, or end the child in beforeCheckpoint and start it again in afterRestore; or, if it does no harm, leave it to the engine with { type: file, path: HERE/child.out, action: ignore } (ERR_CRAC_OPEN_FILE)
         cause: Opened: the main thread started the child at TIME
           at exports.openIt (HANDLES/child-file.js:5:11)
    "
  `);
  program.child.kill('SIGKILL');
  await program.ended;

  writeFileSync(place.path('policies.yaml'), '{ type: file, path: "**/child.out", action: ignore }\n');
  port++;
  await run('child-file', '--policies', place.path('policies.yaml'));
  expect(await get(port)).toBe('written by the child');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  place.start(CRAC, ['restore', image]);
  expect(await get(port)).toBe('written by the child\nwritten by the child');
});

test('standard output on a second number goes where the restored copy writes', async () => {
  const shell = (...words: string[]) =>
    place.start('bash', ['-c', '"$@" | cat', 'bash', CRAC, ...words], { env: { PORT: String(port) } });
  const program = shell('run', '--image', image, join(FIXTURES, 'serve.js'), 'stdout-again');
  await program.line(/ready/);
  expect(await get(port)).toBe('written');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect((await program.ended).stdout).toBe('ready\nthrough the second number\n');
  const copy = shell('restore', image);
  expect(await get(port)).toBe('written');
  await get(port, '/end');
  expect((await copy.ended).stdout).toBe('through the second number\n');
});

test('leaks of every kind are told at once, with the hook that threw, each with its line', async () => {
  await run('leaks');
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint).toMatchObject({ code: 1, stdout: '' });
  expect(plain(checkpoint.stderr)).toMatchInlineSnapshot(`
    "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 15 errors; no image was made, the program goes on:

    1. mailer.beforeCheckpoint: Error: 3 mails are still being sent
         at Object.beforeCheckpoint (HANDLES/leaks.js:45:13)

    2. OpenFileError: descriptor N is left open: HERE/report.csv (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/report.csv, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/report.csv (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at openReport (HANDLES/leaks.js:9:13)

    3. OpenFileError: descriptor N is left open: HERE/callback.out (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/callback.out, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/callback.out (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at HANDLES/leaks.js:23:37

    4. OpenFileError: descriptor N is left open: HERE/promise.out (regular, open for reading and writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/promise.out, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/promise.out (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at HANDLES/leaks.js:24:81

    5. OpenFileError: descriptor N is left open: HERE/stream.out (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/stream.out, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/stream.out (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by the main thread at TIME
           at exports.openIt (HANDLES/leaks.js:25:21)

    6. OpenPipeError: descriptor N is left open: HERE/queue (fifo); its content is outside the image. Close the FIFO in beforeCheckpoint and open it again in afterRestore; or leave it to the engine with crac run --ignored-fds N (ERR_CRAC_OPEN_PIPE)
         cause: Opened: opened by the main thread at TIME
           at exports.openIt (HANDLES/leaks.js:29:6)

    7. OpenResourceError: descriptor N is left open: /dev/kmsg (character); a device: its state is outside the image. Close the device in beforeCheckpoint and open it again in afterRestore; or have it opened again by the policy { type: file, path: /dev/kmsg, action: reopen } (ERR_CRAC_OPEN_RESOURCE)
         cause: Opened: opened by the main thread at TIME
           at exports.openIt (HANDLES/leaks.js:30:6)

    8. OpenFileError: descriptor N is left open: HERE/native-report.bin (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Native code opened it: call the library's own close in beforeCheckpoint and open the file again in afterRestore; or, for one copy only, have it opened again at its path by the policy { type: file, path: HERE/native-report.bin, action: reopen }: native code goes on with what it knows of the file, so a second copy, at the same time or later, would overwrite what the first has written. Its whole native stack: crac trace --fd N -- app.js (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by native code in the main thread at TIME
           at open_report+OFFSET (leaks.node)

    9. OpenFileError: descriptor N is left open: HERE/settings.bin (regular, open for reading and writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Native code opened it: call the library's own close in beforeCheckpoint and open the file again in afterRestore; or, for one copy only, have it opened again at its path by the policy { type: file, path: HERE/settings.bin, action: reopen }: native code goes on with what it knows of the file, so a second copy, at the same time or later, would overwrite what the first has written. Its whole native stack: crac trace --fd N -- app.js (ERR_CRAC_OPEN_FILE)
         cause: Opened: opened by native code in the main thread at TIME
           at open_settings+OFFSET (leaks.node)

    10. OpenFileError: descriptor N is left open: HERE/scratch.bin (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Native code opened it: call the library's own close in beforeCheckpoint and open the file again in afterRestore; or, for one copy only, have it opened again at its path by the policy { type: file, path: HERE/scratch.bin, action: reopen }: native code goes on with what it knows of the file, so a second copy, at the same time or later, would overwrite what the first has written. Its whole native stack: crac trace --fd N -- app.js (ERR_CRAC_OPEN_FILE)
          cause: Opened: opened by native code in the main thread at TIME
            at open_scratch+OFFSET (leaks.node)

    11. OpenResourceError: descriptor N is left open: anon_inode:[userfaultfd] (userfaultfd); the engine cannot dump userfaultfd. Native code opened it: call the library's own close in beforeCheckpoint and open it again in afterRestore; or have it closed by the policy { type: filedescriptor, regex: "anon_inode:.*userfaultfd", action: close }. Its whole native stack: crac trace --fd N -- app.js (ERR_CRAC_OPEN_RESOURCE)
          cause: Opened: opened by native code in the main thread at TIME
            at OFFSET (leaks.node)

    12. OpenFileError: descriptor N is left open: HERE/worker.out (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Close the file in beforeCheckpoint and open it again in afterRestore; or have it opened again at its path by the policy { type: file, path: HERE/worker.out, action: reopen }; or leave it to the engine, if nobody changes it, with crac run --allowed-open-prefixes HERE/worker.out (ERR_CRAC_OPEN_FILE)
          cause: Opened: opened by Worker 1 (worker.cjs) at TIME
            at Object.<anonymous> (HERE/worker.cjs:4:3)

    13. OpenFileError: descriptor N of the child PID (bash -c exec 7>child.out; echo ready; read line) is left open: HERE/child.out (regular, open for writing at 0 of 0 bytes); what goes into the file after the checkpoint would not fit what a restored copy goes on with. Let the child close the file before the checkpoint, or end the child in beforeCheckpoint and start it again in afterRestore; or, if it does no harm, leave it to the engine with { type: file, path: HERE/child.out, action: ignore } (ERR_CRAC_OPEN_FILE)
          cause: Opened: the main thread started the child at TIME
            at exports.openIt (HANDLES/leaks.js:39:17)
          and 2 more like it: descriptor N (HERE/native-report.bin), descriptor N (HERE/scratch.bin)
    "
  `);
  expect(await get(port)).toBe('still here');
});

test('--json: the errors of a failed checkpoint as JSON, with the fields that a program needs', async () => {
  await run('leaks');
  const { code, stdout, stderr } = await place.crac('checkpoint', image, '--json');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const { error } = JSON.parse(stdout) as { error: SerializedError };
  const [first] = error.errors?.filter(({ code }) => code === 'ERR_CRAC_OPEN_FILE') ?? [];
  expect(first?.details).toMatchObject({ kind: 'regular', target: place.path('report.csv'), position: 0 });
  expect(first?.cause?.stack).toContain('at openReport');
  expect(new Set(error.errors?.map(({ code }) => code))).toEqual(
    new Set([undefined, 'ERR_CRAC_OPEN_FILE', 'ERR_CRAC_OPEN_PIPE', 'ERR_CRAC_OPEN_RESOURCE']),
  );
});

test('--print-resources on a real checkpoint: the same table, and the image', async () => {
  await run('native');
  const { code, stdout } = await place.crac('checkpoint', image, '--print-resources');
  expect(code).toBe(0);
  expect(plain(stdout)).toMatch(/^FD +KIND +WHAT +OWNER +WHY +OPENED BY\n/);
  expect(plain(stdout)).toMatch(/eventfd +anon_inode:\[eventfd\] +engine .*native open_channels\+OFFSET/);
  expect(stdout).toMatch(/\ncheckpoint of \d+ written to /);
});

test('a daemon that the program started would be lost: the checkpoint says so', async () => {
  await run('daemon');
  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint.code).toBe(1);
  expect(checkpoint.stderr.replace(/process \d+/, 'process PID')).toMatchInlineSnapshot(`
    "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. DetachedProcessError: process PID (sleep 300) has detached itself from the program: its parent has ended, so it would be in no image and would end with the checkpoint. End it in beforeCheckpoint and start it again in afterRestore, or keep it a child: do not let the process that starts it end. (ERR_CRAC_DETACHED_PROCESS)
    "
  `);
});
