import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allowedAt, cpuFeatures } from '../../src/command/machine/cpu-features.ts';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, type Ended, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const script = join(PROGRAMS, 'http-server.js');
const NEW = '\n  crac run --image DIR app.js\n  crac checkpoint DIR\n';

const said = ({ code, stderr }: Ended): string => `${code}: ${stderr.replaceAll(place.directory, 'HERE')}`;
const conf = (): string => readFileSync(join(image, 'restore.conf'), 'utf8');
const restore = async (...options: string[]): Promise<string> =>
  said(await place.crac('restore', image, ...options));

/** Restores, asks, ends. */
async function works(env: Record<string, string>, ...options: string[]): Promise<void> {
  const copy = place.start(CRAC, ['restore', image, ...options], { env });
  expect(JSON.parse(await get(PORT))).toMatchObject({ count: expect.any(Number) });
  await end(place, [copy]);
}

test('an image has labels and says of its machine; a restore asks for them, and compares before it starts anything', async () => {
  const words = ['--label', 'app.version=1.2', '--label', 'team=blue', script];
  const program = run(place, { image, words, port: PORT });
  await get(PORT);
  expect(said(await place.crac('checkpoint', image, '--label', 'a'))).toBe(
    '2: crac: --label a: expected NAME=VALUE, as app.version=1.2\n',
  );
  expect(await place.crac('checkpoint', image, '--label', 'team=red')).toMatchObject({ code: 0 });
  expect(await program.ended).toMatchObject({ code: 0 });

  const [major, minor] = process.versions.node.split('.');
  await works({ CRAC_REQUIRE: `app.version=1.2,node=${major}` }, '--require', `node=${major}.${minor}`);
  expect(await restore('--require', 'team=blue')).toBe(
    `72: crac: HERE/image has the label team=red, and team=blue is required. Restore another image, or make one with that\nlabel:\n  crac checkpoint TARGET --label team=blue\n`,
  );
  expect(await restore('--require', 'app.version=1')).toContain(
    'has the label app.version=1.2, and app.version=1 is',
  );
  expect(await restore('--require', 'stage=test')).toBe(
    `72: crac: HERE/image has no label stage, and stage=test is required (its labels: app.version=1.2, team=red). Restore another image, or make one\nwith that label:\n  crac checkpoint TARGET --label stage=test\n`,
  );
  expect(await restore('--require', 'node=2')).toBe(
    `72: crac: HERE/image was made with node ${process.versions.node}, and 2 is required. Restore another image, or make one where node is so:${NEW}`,
  );
  expect(await restore('--require', 'team')).toMatch(/^2: crac: --require team: expected NAME=VALUE/);
  const cold = place.path('cold.js');
  writeFileSync(cold, '');
  const ran = await place.crac('restore', image, '--require', 'team=blue', '--or-run', cold);
  expect(ran.stderr).toMatch(/team=blue is required[\s\S]*starting .*cold\.js without the image/);

  const shown = JSON.parse((await place.crac('inspect', image, '--json')).stdout).manifest;
  expect(shown.labels).toEqual({ 'app.version': '1.2', team: 'red' });
  expect(shown.machine).toMatchObject({ pageSize: 4096, cpu: expect.any(Array) });
  expect((await place.crac('inspect', image)).stdout).toMatch(/^labels +app\.version=1\.2 team=red$/m);
});

test('another architecture, page size, CPU and C library are refused by name', async () => {
  const program = run(place, { image, words: [script], port: PORT });
  await get(PORT);
  await checkpoint(place, program, image);
  const whole = conf();
  const changed = async (from: RegExp, to: string): Promise<string> => {
    expect(whole).toMatch(from);
    writeFileSync(join(image, 'restore.conf'), whole.replace(from, to));
    return restore();
  };
  expect(await changed(/^arch .*$/m, 'arch riscv64')).toMatch(
    /^72: crac: HERE\/image was made on riscv64, and this machine is \S+: a process cannot change over\. Restore it on riscv64, or make\nan image/,
  );
  expect(await changed(/^page-size .*$/m, 'page-size 65536')).toMatch(
    /^72: crac: HERE\/image was made on a kernel with pages of 64 KiB, and this one has pages of \d+ KiB\./,
  );
  expect(await changed(/^page-size .*$/m, 'page-size x')).toContain(
    'this line cannot be read:\n  page-size x\n',
  );
  expect(await changed(/^end 1$/m, 'cpu avx1024 V8, glibc\ncpu tpu addon\nend 1')).toMatch(
    /^72: crac: HERE\/image was made on a CPU that can do more than this one \(.+\)\. This is missing, and the program uses\nit already:\n {2}avx1024: V8, glibc\n {2}tpu: addon\nIt would end by an illegal instruction\.[\s\S]* {2}crac run --cpu \S+ --image DIR app\.js\n/,
  );
  await works({}, '--any-cpu');
  expect(await changed(/^mapped \d+ \d+ \S+ (.*libc\.so\.6)$/m, 'mapped 1 1 - $1')).toMatch(
    /^72: crac: HERE\/image was made with glibc [\d.]+ \(.*libc\.so\.6: 1 bytes\), and this machine has glibc [\d.]+ \(\d+ bytes, build id \w+\) there\. Restore it where/,
  );
  expect(await changed(/^mapped .*libc\.so\.6$/m, 'mapped 1 1 - /nowhere/libc.so.6')).toContain(
    ', and this machine has nothing there.',
  );
});

test.runIf(process.arch === 'x64')(
  '--cpu: the image says what its program really uses of the CPU',
  async () => {
    const uses = () => [...conf().matchAll(/^cpu (\S+) /gm)].map(([, feature]) => feature);
    const native = run(place, { image, words: [script], port: PORT });
    await get(PORT);
    await checkpoint(place, native, image);
    expect(uses()).toEqual([...cpuFeatures()].filter((name) => uses().includes(name)));
    expect(uses()).toContain('pni');

    const least = run(place, { image, words: ['--cpu', 'baseline', script], port: PORT });
    await get(PORT);
    await checkpoint(place, least, image);
    expect(uses()).toEqual([]);
    await works({});

    const second = run(place, { image, words: ['--cpu', 'x86-64-v2', script], port: PORT });
    await get(PORT);
    await checkpoint(place, second, image);
    const allowed = allowedAt('x86-64-v2') as Set<string>;
    expect(uses().filter((name) => !allowed.has(name as string))).toEqual([]);
    await works({});
  },
);
