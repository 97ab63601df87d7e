import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ALONE, Bench, explained, impossible, until } from './engine.ts';

const PORT = 20830;
let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

/** A program with one open file. */
async function withFile(): Promise<{ path: string; pid: number; image: string }> {
  const path = bench.path('data.txt');
  writeFileSync(path, 'content at the checkpoint\n');
  const program = await bench.program(
    `require('fs').openSync(${JSON.stringify(path)}, 'r'); setInterval(() => {}, 1000); ready()`,
  );
  const image = await bench.dumped(program);
  return { path, pid: program.pid, image };
}

async function idle(): Promise<{ pid: number; image: string }> {
  const program = await bench.program('setInterval(() => {}, 1000); ready()');
  const image = await bench.dumped(program);
  return { pid: program.pid, image };
}

const works = async (image: string, options: string[] = [], wrapper?: string[]): Promise<void> => {
  const { code, log } = await bench.restore(image, options, wrapper);
  if (code !== 0) throw new Error(`the restore failed:\n${log.split('\n').slice(-12).join('\n')}`);
};

describe.skipIf(impossible)(`restores with CRIU itself${impossible ? `: ${impossible}` : ''}`, () => {
  test('a file that grew', async () => {
    const { path, image } = await withFile();
    writeFileSync(path, 'more\n', { flag: 'a' });
    const failed = explained(await bench.restore(image));
    expect(failed.diagnosis).toMatchObject({
      findings: [
        {
          code: 'CRIU_FILE_SIZE',
          confidence: 'certain',
          cause: `The file ${path} has 31 bytes and had 26 at the checkpoint: it was written to since, or (a binary, a library, an addon) replaced by another version.`,
          remedies: [{ command: `truncate -s 26 "${path}"` }, {}, {}, {}],
        },
      ],
    });
    truncateSync(path, 26);
    await works(image);
  });

  test('a file that was deleted', async () => {
    const { path, image } = await withFile();
    renameSync(path, `${path}.away`);
    const failed = explained(await bench.restore(image));
    expect(failed.codes).toEqual(['CRIU_FILE_MISSING']);
    expect(failed.diagnosis.findings[0]?.cause).toContain(path.slice(1));
    renameSync(`${path}.away`, path);
    await works(image);
  });

  test('a file with other permissions', async () => {
    const { path, image } = await withFile();
    chmodSync(path, 0o600);
    const failed = explained(await bench.restore(image));
    expect(failed.codes).toEqual(['CRIU_FILE_MODE']);
    await works(image, ['--skip-file-rwx-check']);
  });

  test('a working directory that was deleted', async () => {
    const directory = bench.path('sub');
    mkdirSync(directory);
    const program = await bench.program(
      `process.chdir(${JSON.stringify(directory)}); setInterval(() => {}, 1000); ready()`,
    );
    const image = await bench.dumped(program);
    rmSync(directory, { recursive: true });
    expect(explained(await bench.restore(image)).codes).toEqual(['CRIU_FILE_MISSING']);
    mkdirSync(directory);
    await works(image);
  });

  /** A copy of `sleep` that can be replaced. */
  async function sleeper(): Promise<{ binary: string; image: string }> {
    const binary = bench.path('sleeper');
    copyFileSync('/bin/sleep', binary);
    const program = bench.start(binary, ['600'], { detached: true, stdio: 'ignore' });
    await until(() => readFileSync(`/proc/${program.pid}/comm`, 'utf8') === 'sleeper\n', 'sleep to start');
    const image = await bench.dumped(program);
    return { binary, image };
  }

  test('a binary that was replaced', async () => {
    const { binary, image } = await sleeper();
    writeFileSync(`${binary}.new`, readFileSync('/bin/ls'), { mode: 0o755 });
    renameSync(`${binary}.new`, binary);
    expect(explained(await bench.restore(image)).codes).toEqual(['CRIU_FILE_SIZE']);
  });

  test('a binary of another build with the same size', async () => {
    const { binary, image } = await sleeper();
    const content = readFileSync(binary);
    const note = content.indexOf('GNU\0', content.indexOf('.note') < 0 ? 0 : 0);
    content.writeUInt8((content.readUInt8(buildId(content, note)) + 1) % 256, buildId(content, note));
    writeFileSync(`${binary}.new`, content, { mode: 0o755 });
    renameSync(`${binary}.new`, binary);
    expect(explained(await bench.restore(image)).codes).toEqual(['CRIU_FILE_BUILD_ID']);
    await works(image, ['--file-validation', 'filesize']);
  });

  test('a port that is taken', async () => {
    const program = await bench.program(`require('http').createServer().listen(${PORT}, '127.0.0.1', ready)`);
    const image = await bench.dumped(program);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(PORT, '127.0.0.1', resolve));
    const failed = explained(await bench.restore(image));
    expect(failed.codes).toEqual(['CRIU_PORT_TAKEN']);
    expect(failed.diagnosis.findings[0]).toMatchObject({
      cause: `Another program listens on the port ${PORT} that the image listens on.`,
      remedies: [{ command: `crac restore IMAGE --listen ${PORT}=${PORT + 1}` }, {}, {}, {}, {}],
    });
    await new Promise((resolve) => other.close(resolve));
    await works(image);
  });

  test('connections in the image', async () => {
    const program = await bench.program(
      `const s = require('net').createServer().listen(${PORT + 1}, '127.0.0.1', () =>
         require('net').connect(${PORT + 1}, '127.0.0.1', ready))`,
    );
    const image = await bench.dumped(program, ['--tcp-close', '--network-lock', 'skip']);
    expect(explained(await bench.restore(image)).codes).toEqual(['CRIU_TCP_IN_IMAGE']);
    await works(image, ['--tcp-close']);
  });

  test('G10: a PID that is taken', async () => {
    const program = await bench.program('setInterval(() => {}, 1000); ready()');
    const { code, directory } = await bench.dump(program.pid, ['--leave-running']);
    expect(code).toBe(0);
    const failed = explained(await bench.restore(directory, [], []));
    expect(failed.codes).toEqual(['CRIU_PID_TAKEN']);
    expect(failed.diagnosis.findings[0]?.remedies[2]?.command).toContain(`/proc/${program.pid}/status`);
    await works(directory);
  });

  test('G10: the number of a thread that is taken', async () => {
    const { pid, image } = await idle();
    const threads = readdirSync(image).flatMap((name) => name.match(/^core-(\d+)\.img$/)?.[1] ?? []);
    const thread = Math.max(...threads.map(Number));
    expect(thread).toBeGreaterThan(pid);
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(thread - 1));
    const taker = bench.start('sleep', ['600']);
    expect(taker.pid).toBe(thread);
    expect(explained(await bench.restore(image, [], [])).codes).toEqual(['CRIU_TID_TAKEN']);
    await works(image);
  });

  test('a truncated pages-1.img, at which CRIU never ends', async () => {
    const { image } = await idle();
    truncateSync(join(image, 'pages-1.img'), 6);
    const failed = explained(await bench.restore(image, [], ['timeout', '-s', 'KILL', '3', ...ALONE]));
    expect(failed.codes).toEqual(['CRIU_IMAGE_TRUNCATED']);
  });

  test.for(['pstree.img', 'inventory.img', 'files.img'])('a truncated %s', async (name) => {
    const { image } = await idle();
    truncateSync(join(image, name), Math.min(6, Math.floor(statSync(join(image, name)).size / 2)));
    expect(explained(await bench.restore(image)).codes).toEqual(['CRIU_IMAGE_TRUNCATED']);
  });

  test('no image', async () => {
    const empty = bench.path('empty');
    mkdirSync(empty);
    expect(explained(await bench.restore(empty)).codes).toEqual(['CRIU_IMAGE_MISSING']);
  });

  test('a PID file that exists', async () => {
    const { image } = await idle();
    const file = bench.path('app.pid');
    writeFileSync(file, '1');
    const failed = explained(await bench.restore(image, ['--pidfile', file]));
    expect(failed.codes).toEqual(['CRIU_PIDFILE']);
    rmSync(file);
    await works(image, ['--pidfile', file]);
  });

  const without = (capability: string): string[] => [
    'capsh',
    `--drop=${capability}`,
    '--',
    '-c',
    'exec "$0" "$@"',
  ];

  test.for([
    ['cap_sys_admin', 'CRIU_SYS_ADMIN'],
    ['cap_sys_chroot', 'CRIU_SYS_CHROOT'],
    ['cap_sys_time', 'CRIU_TIME_NAMESPACE'],
  ] as const)('without %s', async ([capability, code]) => {
    const { image } = await idle();
    expect(explained(await bench.restore(image, [], without(capability))).codes).toEqual([code]);
    await works(image);
  });

  test('a log of a restore that worked holds no failure', async () => {
    const { image } = await idle();
    const good = await bench.restore(image);
    expect(good.code).toBe(0);
    expect(explained(good).diagnosis).toEqual({ findings: [], worked: true });
  });
});

/** Where the first byte of the build-ID stands: a note of type 3 named GNU. */
function buildId(content: Buffer, from: number): number {
  for (let at = from; at > 0; at = content.indexOf('GNU\0', at + 1))
    if (content.readUInt32LE(at - 4) === 3 && content.readUInt32LE(at - 12) === 4) return at + 4;
  throw new Error('no build-ID');
}
