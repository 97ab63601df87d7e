import { spawnSync } from 'node:child_process';
import {
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { writeProgram } from '../support/direct-program.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts();
const SERVER = join(PROGRAMS, 'http-server.js');
const noStrace = spawnSync('strace', ['-V']).status !== 0;

const run = (...words: string[]): Running =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...words], {
    env: { PORT: String(PORT) },
  });

const count = async (): Promise<number> => (await getJson<{ count: number }>(PORT)).count;

async function imageOf(program: Running): Promise<void> {
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

/** No image, and nothing beside its place. */
const nothingIsLeft = () =>
  expect(readdirSync(place.directory).filter((name) => /^image/.test(name))).toEqual([]);

// The first calls of pwrite64 are the gate's of random numbers (native/addon/memory.c).
describe.skipIf(noStrace)('a call of the kernel that fails while a program writes itself', () => {
  test.each([
    ['pwrite64', 'ENOSPC', 4, 'cannot write crac-memory.img: ENOSPC (no space left on device)'],
    ['pwrite64', 'EIO', 20, /cannot write (crac-memory|direct)\.img: EIO \(i\/o error\)/],
    ['ftruncate', 'EFBIG', 1, 'cannot write crac-memory.img: EFBIG (file too large)'],
    ['sigaltstack', 'EPERM', 1, undefined], // is only asked
    ['getcwd', 'ENOENT', 1, undefined],
    ['rt_sigaction', 'EPERM', 1, 'the kernel does not tell how signals are handled: EPERM'],
    ['rt_sigaction', 'EPERM', 65, 'the signal that stops its threads cannot be caught: EPERM'],
    ['prlimit64', 'EPERM', 3, 'the kernel does not tell the limits of the program: EPERM'],
    [
      'newfstatat',
      'EIO',
      1,
      'the program has a file mapped that cannot be looked at:',
      () => process.execPath,
    ],
  ] as const)('%s: %s at call %i', async (call, error, when, message, of?: (pid: number) => string) => {
    const program = run(SERVER);
    expect(await count()).toBe(1);
    const inject = `inject=${call}:error=${error}:when=${when}`;
    const tracer = place.start('strace', [
      '-f',
      '-o',
      '/dev/null',
      '-e',
      `trace=${call}`,
      '-e',
      inject,
      ...(of ? ['-P', of(program.pid)] : []),
      '-p',
      String(program.pid),
    ]);
    await tracer.line(/attached/);
    const ended = await place.crac('checkpoint', image);
    tracer.child.kill('SIGTERM');
    await tracer.ended;
    if (message === undefined && ended.code === 0) return;
    expect(ended.code).toBe(1);
    if (message !== undefined) expect(ended.stderr).toMatch(message);
    nothingIsLeft();
    expect(await count()).toBe(2);
    await imageOf(program); // and it can be done then
  });
});

test('a command that is killed while the program writes itself: the program goes on', async () => {
  const script = place.path('large.js');
  writeFileSync(
    script,
    `const blocks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(8 << 20, i + 1));
     require('node:http').createServer((_, response) => response.end(JSON.stringify(blocks.map((block) => block[5]))))
       .listen(process.env.PORT, '127.0.0.1');`,
  );
  const program = run(script);
  const before = await getJson(PORT);
  const command = place.start(CRAC, ['checkpoint', image]);
  const isWriting = () => readdirSync(place.directory).some((name) => name.startsWith('image.partial'));
  while (!isWriting()) await pause(1);
  command.child.kill('SIGKILL');
  await command.ended;
  expect(await getJson(PORT)).toEqual(before);
  await imageOf(program);
  expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual(['image']);
});

describe('an image that is not as it was', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'a page file that was cut',
      () => truncateSync(join(image, 'crac-memory.img'), 4096),
      /crac-memory\.img has 4096 bytes/,
    ],
    ['tables that were cut', () => truncateSync(join(image, 'direct.img'), 300), /direct\.img/],
    [
      'tables with another beginning',
      () => void writeSync(openSync(join(image, 'direct.img'), 'r+'), 'no image', 0),
      /direct\.img cannot be used: it does not begin as one/,
    ],
  ])('%s is refused', async (_, spoil, message) => {
    const program = run(SERVER);
    expect(await count()).toBe(1);
    await imageOf(program);
    spoil();
    const ended = await place.crac('restore', image);
    expect(ended).toMatchObject({ code: 72, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  test('a port that is taken is named, with what to do', async () => {
    const program = run(SERVER);
    expect(await count()).toBe(1);
    await imageOf(program);
    const first = place.start(CRAC, ['restore', image]);
    expect(await count()).toBe(2);
    const second = await place.crac('restore', image);
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(`port ${PORT} is taken`);
    first.child.kill('SIGTERM');
    await first.ended;
  });

  test('--or-run starts the program cold where the image cannot be used', async () => {
    const program = run(SERVER);
    expect(await count()).toBe(1);
    await imageOf(program);
    truncateSync(join(image, 'direct.img'), 300);
    const cold = place.start(CRAC, ['restore', image, '--or-run', SERVER], { env: { PORT: String(PORT) } });
    expect(await count()).toBe(1);
    cold.child.kill('SIGTERM');
    await cold.ended;
  });
});

test('what the engine cannot make anew is refused with the line that opened it', async () => {
  const script = place.path('opens.js');
  writeFileSync(
    script,
    `const fs = require('node:fs');

const gone = fs.openSync('gone', 'w+');
fs.ftruncateSync(gone, 101 * 2 ** 20);
fs.unlinkSync('gone');
console.log('ready');
setInterval(() => {}, 1000);`,
  );
  const program = run(script);
  await program.line(/ready/);
  const ended = await place.crac('checkpoint', image);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(
    /the file has been deleted, and its 105906176 bytes are more than the engine keeps/,
  );
  expect(ended.stderr).toContain('opens.js:3:');
  expect(existsSync(image)).toBe(false);
  expect(readFileSync(`/proc/${program.pid}/comm`, 'utf8')).toMatch(/node|MainThread/);
});

describe.skipIf(noStrace)(
  'a call of the kernel that fails at a restore is told by its name, with what helps',
  () => {
    test.each([
      [
        'preadv',
        'EIO',
        'cannot read crac-memory.img: EIO (input/output error).\nWhat to do: the image or its disk cannot be read: copy the image anew',
        72,
      ],
      [
        'epoll_ctl',
        'ENOSPC',
        'cannot watch a descriptor of the program again: ENOSPC (no space left on device).\nWhat to do: make room on the disk; of epoll: raise fs.epoll.max_user_watches',
        72,
      ],
      [
        'rt_sigaction',
        'EPERM:when=16',
        'cannot handle a signal as the program did: EPERM (operation not permitted).\nWhat to do: a security policy refuses it (seccomp, AppArmor, SELinux): allow it, or use --engine criu',
        72,
      ],
      [
        'fcntl',
        'EPERM:when=90+',
        /^cannot make a descriptor as it was: EPERM \(operation not permitted\)\./,
        72,
      ],
      [
        'listen',
        'EADDRINUSE',
        /^cannot listen again on .*: EADDRINUSE \(address already in use\)\.\nWhat to do: end what has it, or restore with another port: crac restore --listen OLD=NEW IMAGE$/,
        73,
      ],
    ] as const)('%s: %s', async (call, error, message, code) => {
      const program = run(SERVER);
      expect(await count()).toBe(1);
      await imageOf(program);
      const words = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
      const restored = await place.start('strace', [...words, CRAC, 'restore', image]).ended;
      expect(restored.code, restored.stderr).toBe(code);
      const said = restored.stderr.trimEnd().replace(/^crac: /, '');
      if (typeof message === 'string') expect(said).toBe(message);
      else expect(said).toMatch(message);
    });
  },
);

describe.skipIf(noStrace)(
  'a call of the kernel that fails for what is connected, watched or without a name',
  () => {
    const startsWithAll = async (): Promise<Running> => {
      const program = run(
        writeProgram(
          `const pair = (type) => { const fds = Buffer.alloc(8); ok(call(53, 1, type, 0, fds)); return fds.readInt32LE(0); };
         const send = (fd) => ok(call(44, fd, Buffer.from('text'), 4, 0, 0, 0));
         send(pair(1)); send(pair(2)); fs.watch('.');
         fs.writeFileSync('gone', 'text'); const gone = fs.openSync('gone', 'r+'); fs.unlinkSync('gone');
         const memory = ok(call(319, Buffer.from('mine\\0'), 0)); fs.ftruncateSync(memory, 4096);
         ok(call(9, 0, 4096, 3, 1, memory, 0));`,
          `say('ready', 1); require('node:http').createServer((_, response) => response.end('{"count":1}')).listen(${PORT}, '127.0.0.1');`,
          0,
        ),
      );
      await program.line(/ready/);
      return program;
    };

    test.each([
      ['recvmsg', 'EIO', 'cannot read what a socket of the program holds'],
      ['tee', 'ENOMEM', 'cannot read what a pipe holds: ENOMEM'],
      ['pipe2', 'EMFILE', 'cannot make a pipe: EMFILE'],
      ['fstat', 'EIO', 'cannot read a file without a name: '],
    ] as const)('at the dump: %s: %s', async (call, error, message) => {
      const program = await startsWithAll();
      // Only while it stands still: the command's agent and libuv ask the kernel for such things before.
      const tracer = place.start('strace', [
        ...['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`],
        ...['-p', String(program.pid)],
      ]);
      await tracer.line(/attached/);
      const ended = await place.crac('checkpoint', image);
      tracer.child.kill('SIGTERM');
      await tracer.ended;
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(message);
      nothingIsLeft();
      expect(await count()).toBe(1);
      await imageOf(program); // and it can be done then
    });

    test.each([
      ['socketpair', 'EMFILE', 'cannot make a socket of the program anew: EMFILE'],
      ['sendto', 'EAGAIN', 'cannot put back what a socket of the program held: EAGAIN'],
      [
        'inotify_init1',
        'EMFILE',
        'cannot watch files again (inotify; fs.inotify.max_user_instances): EMFILE',
      ],
      ['inotify_add_watch', 'ENOSPC', /the program watches what cannot be watched now .*: ENOSPC/],
      ['memfd_create', 'ENOSYS:when=2+', 'cannot make a file without a name anew: ENOSYS'], // the first is the mailbox
      ['ftruncate', 'EFBIG', 'cannot make a file without a name anew: EFBIG'],
      // The first two are the note of the pages that copies write, and the mark of the copy.
      ['pwrite64', 'ENOSPC:when=3+', 'cannot put back what a file without a name held: ENOSPC'],
    ] as const)('at the restore: %s: %s', async (call, error, message) => {
      await imageOf(await startsWithAll());
      const words = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
      const restored = await place.start('strace', [...words, CRAC, 'restore', image]).ended;
      expect(restored).toMatchObject({ code: 72, stdout: '' });
      expect(restored.stderr).toMatch(message);
    });
  },
);
