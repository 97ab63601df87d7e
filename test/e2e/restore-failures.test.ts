import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC, get } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** A restore that fails is explained at once, with the line that tells, and leaves the whole log. */

const PORT = await freePorts(5);
let data: string;

async function imageWithFile(): Promise<void> {
  data = place.path('data');
  execFileSync('mkfifo', [data]); // of files the restorer itself would say it
  writeFileSync(place.path('policies.yaml'), `type: file\npath: ${data}\naction: ignore\n`);
  writeFileSync(
    place.path('app.js'),
    `require('fs').openSync('data', 'r+');
     require('http').createServer((q, r) => r.end('hello')).listen(${PORT}, '127.0.0.1', () => console.log('up'));`,
  );
  const program = place.start(CRAC, ['run', '--policies', 'policies.yaml', '--image', image, 'app.js']);
  await program.line(/up/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
}

test('G13: the cause, the one line that tells, what to do, and the whole log of the engine', async () => {
  await imageWithFile();
  renameSync(data, `${data}.away`);
  const { code, stdout, stderr } = await place.crac('restore', image);
  expect({ code, stdout }).toEqual({ code: 70, stdout: '' });
  const log = place.path('run', 'restore.log');
  const told = stderr.split('\n');
  const what = told.indexOf('What to do, best first:');
  const cause = told.findIndex((line) => line.startsWith('The file '));
  expect(told.slice(0, 3)).toEqual([
    `crac: cannot restore ${image}:`,
    'A file of the image is gone  [CRIU_FILE_MISSING]',
    '(restore, certain)',
  ]);
  // A log's line that is longer than a hundred columns is folded.
  expect(told.slice(3, cause).join('\n')).toMatch(/^ {4}\(.*(?:\n {6}\S.*)*$/);
  expect(told.slice(3, cause).join(' ').replace(/ +/g, ' ')).toMatch(
    /^ \(\d+\.\d+\) \d+: Error \(criu\/fifo\.c:\d+\): Can't open fake fifo .*: No such file or directory$/,
  );
  expect(told.slice(cause, what).join(' ')).toBe(
    `The file ${data} was open (or mapped, or the working directory) at the checkpoint and does not exist where the image is restored.`,
  );
  expect(told.slice(what, what + 3)).toEqual([
    'What to do, best first:',
    '  1. [the machine] Bring it back, same path and same size, from where the image was made:',
    `       sudo rsync -aR HOST:"${data}" /`,
  ]);
  expect(stderr).toMatch(new RegExp(`\\ncrac: the engine's log is ${log}\\n$`));
  // With everything that went before the failure, though the restore itself logs errors only.
  expect(readFileSync(log, 'utf8').split('\n').length).toBeGreaterThan(100);

  renameSync(`${data}.away`, data);
  const restored = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('hello');
  restored.child.kill('SIGTERM');
  await restored.ended;
});

test('how much the engine logs is left to who says it', async () => {
  await imageWithFile();
  renameSync(data, `${data}.away`);
  const { stderr } = await place.crac('restore', image, '--engine-option=-v2');
  expect(stderr).toContain('A file of the image is gone  [CRIU_FILE_MISSING]\n');
  expect(readFileSync(place.path('run', 'restore.log'), 'utf8').split('\n').length).toBeLessThan(50);
});
