import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { CRAC, get, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** An image that gets another's place, or is removed, at the worst moments of its restore is never mixed with it. */

const PORT = await freePorts(5);

/** Its memory has its name in many places, which must all say the same. */
const PROGRAM = `
  const name = process.argv[2];
  const all = Array.from({ length: 20000 }, (_, i) => ({ name, i }));
  require('http').createServer((q, s) => s.end(all.every((one) => one.name === name) ? name : 'mixed'))
    .listen(${PORT}, '127.0.0.1', () => console.log('up'));`;

async function make(directory: string, name: string): Promise<void> {
  writeFileSync(place.path('app.js'), PROGRAM);
  const program = place.start(CRAC, ['run', '--image', directory, 'app.js', name]);
  await program.line(/up/);
  expect(await place.crac('checkpoint', directory)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
}

const other = (): string => place.path('other');

beforeEach(async () => {
  await make(image, 'old');
  await make(other(), 'new');
});

/** Makes an image whose engine does `words` at once, or when it is done with the restore. */
function engineThat(words: string, when: 'before' | 'after'): void {
  const conf = readFileSync(`${image}/restore.conf`, 'utf8');
  const criu = conf.match(/^criu (.*)$/m)?.[1] ?? '';
  const engine = place.path('engine');
  const run = when === 'before' ? `${words}\nexec ${criu} "$@"` : `${criu} "$@" || exit\n${words}`;
  writeFileSync(engine, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  writeFileSync(
    `${image}/restore.conf`,
    conf.replace(/^criu .*$/m, `criu ${engine}`).replace(/^stand-in .*\n/gm, ''),
  );
}

async function answerOf(restored: Running): Promise<string> {
  const answer = await get(PORT);
  restored.child.kill('SIGTERM');
  await restored.ended;
  return answer;
}

/** Once: an engine that fails is started again. */
const exchange = (): string =>
  `test ! -e ${other()} || { mv ${image} ${image}.gone && mv ${other()} ${image}; }`;

for (const words of [['restore'], []]) {
  const command = () => (words.length > 0 ? CRAC : `${image}/restore`);
  const args = () => (words.length > 0 ? [...words, image] : []);
  const name = words.length > 0 ? 'crac restore' : 'IMAGE/restore';

  test(`${name}: exchanged while the engine starts, the old image is restored`, async () => {
    engineThat(exchange(), 'before');
    const restored = place.start(command(), args());
    expect(await answerOf(restored)).toBe('old');
    expect(restored.stderr()).toBe('');
  });

  test(`${name}: exchanged and the old one removed, it starts over with the new one`, async () => {
    engineThat(`${exchange()}\nrm -rf ${image}.gone`, 'before');
    const restored = place.start(command(), args());
    expect(await answerOf(restored)).toBe('new');
    expect(restored.stderr()).toBe(
      `crac: ${image} was replaced by another image while it was restored; starting over with that one\n`,
    );
  });
}

test('moved ports and own files are those of the image that is restored', async () => {
  engineThat(exchange(), 'before');
  const conf = readFileSync(`${image}/restore.conf`, 'utf8');
  writeFileSync(`${image}/restore.conf`, conf.replace(/^(own crac-addon.node) \d+/m, '$1 1'));
  const restored = place.start(CRAC, ['restore', image, '--listen', `${PORT}=${PORT + 1}`]);
  expect(await get(PORT + 1)).toBe('old');
  restored.child.kill('SIGTERM');
  await restored.ended;
});

test('some files of it are gone when the engine is done: the program does not run on what there was', async () => {
  engineThat(`rm ${image}/pages-*.img ${image}/fs-*.img`, 'after');
  expect(await place.crac('restore', image)).toMatchObject({
    code: 72,
    stdout: '',
    stderr: `crac: files of ${image} were removed while it was restored, so its program was not let run. Copy the image anew, or make it
anew with \`crac checkpoint\`
`,
  });
});

test('removed while it is restored, and nothing in its place', async () => {
  engineThat(`rm -rf ${image}`, 'before');
  const { code, stdout, stderr } = await place.crac('restore', image);
  expect({ code, stdout }).toEqual({ code: 70, stdout: '' });
  expect(stderr).toContain(`crac: ${image} was removed while it was restored\n`);
  expect(existsSync(place.path('run', 'ports.lock'))).toBe(true);
});

test('what was taken from standard input is not lost to a second start', async () => {
  engineThat(`${exchange()}\nrm -rf ${image}.gone`, 'before');
  cpSync(place.path('app.js'), place.path('input'));
  const conf = readFileSync(`${image}/restore.conf`, 'utf8');
  writeFileSync(`${image}/restore.conf`, conf.replace(/^end 1/m, 'poll-stdin 1\nend 1'));
  const command = `exec ${CRAC} restore ${image} < ${place.path('input')}`;
  const { code, stderr } = await place.start('sh', ['-c', command]).ended;
  expect(code).toBe(70);
  expect(stderr).toContain(
    `crac: ${image} was replaced by another image while it was restored; restore it again\n`,
  );
});
