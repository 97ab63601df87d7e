import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, checkpoint, end, run } from '../support/copies.ts';
import { get, PROGRAMS, ROOT } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** An image in a bucket, by the bucket's own tool, as docs/storage.md has it. */

const PORT = await freePorts();
const STORE = await freePorts();
const why = missing('/usr/bin/aws', 'awscli');

/** Runs a line of the page in this test's directory, with a bucket of this machine. */
async function line(beginning: string): Promise<void> {
  const page = readFileSync(join(ROOT, 'docs/storage.md'), 'utf8');
  const found = page.split('\n').find((one) => one.startsWith(beginning)) ?? '';
  expect(found).toContain('aws s3');
  const script = found.replace('aws s3', `/usr/bin/aws --endpoint-url http://127.0.0.1:${STORE} s3`);
  const keys = {
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const env = { ...keys, HOME: place.directory, PATH: `${join(ROOT, 'bin')}:${process.env.PATH}` };
  const { code, stdout, stderr } = await place.start('sh', ['-c', script], { cwd: place.directory, env })
    .ended;
  expect(code, stdout + stderr).toBe(0);
}

test.skipIf(why)(`S3: there and back, and another version over it${why ? ` (${why})` : ''}`, async () => {
  const { s3 } = await apps('s3');
  const words = [
    '-d',
    place.path('data'),
    '-a',
    '127.0.0.1',
    '-p',
    String(STORE),
    '--configure-bucket',
    'bucket',
  ];
  await place.start(process.execPath, [s3, ...words]).line(/listening/);
  for (const version of ['1', '2']) {
    const named = ['--label', `v=${version}`, join(PROGRAMS, 'http-server.js')];
    const program = run(place, { image, words: named, port: PORT });
    await get(PORT);
    await checkpoint(place, program, image);
    execFileSync('cp', ['-a', image, place.path(`made-${version}`)]);
    await line('crac image compress ./image && aws');
    execFileSync('rm', ['-rf', image, place.path('stored')]);
    await line('aws s3 cp --recursive');
    execFileSync('diff', ['-r', place.path(`made-${version}`), image]);
  }
  // The image's own program is one again, which no bucket has kept.
  const copy = place.start(join(image, 'restore'), ['--require', 'v=2']);
  await get(PORT);
  await end(place, [copy]);
});
