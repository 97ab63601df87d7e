import { readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { copiesSay, runDirect, writeProgram } from '../support/direct-program.ts';
import { place } from '../support/own-place.ts';

/** What is watched, what has no name any more, and memory that is shared, under the engine direct. */

test('fs.watch goes on where it was: the same watches under the same numbers, others after them', async () => {
  const copies = await copiesSay(
    `fs.mkdirSync('a', { recursive: true }); fs.mkdirSync('b', { recursive: true }); fs.writeFileSync('file', '');
     fs.symlinkSync('a', 'link');
     const seen = [], watch = (name) => fs.watch(name, (event, file) => seen.push(name + ' ' + event + ' ' + file));
     for (let i = 0; i < 20; i++) watch('b').close(); // numbers that are given back
     watch('a'); for (let i = 0; i < 20; i++) watch('b').close();
     watch('file'); watch(process.cwd() + '/b');
     // An instance of its own, with a number that was duplicated, and a watch of a link itself.
     const own = ok(call(294, 0)), other = ok(call(32, own)); // inotify_init1, dup
     ok(call(254, own, Buffer.from('link\\0'), 0x02000004)); // inotify_add_watch: IN_DONT_FOLLOW, IN_ATTRIB
     call(3, own);
     const watches = () => fs.readdirSync('/proc/self/fd').filter((fd) => { try { return /inotify/.test(fs.readlinkSync('/proc/self/fd/' + fd)); } catch { return false; } })
       .map((fd) => [...fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8').matchAll(/inotify wd:(\\w+) .* mask:(\\w+)/g)].map((found) => found[1] + ' ' + found[2]).sort().join());
     say.watches = JSON.stringify(watches());`,
    `say('watches', JSON.stringify(watches()) === say.watches ? 'same' : [say.watches, watches()]);
     const tag = String(process.pid);
     fs.writeFileSync('a/' + tag, ''); fs.writeFileSync('b/' + tag, ''); fs.writeFileSync('file', 'x');
     const wanted = ['a rename ' + tag, process.cwd() + '/b rename ' + tag, 'file change file'];
     while (!wanted.every((line) => seen.includes(line))) await new Promise((resolve) => setTimeout(resolve, 5));
     watch('a').close();
     fs.lutimesSync('link', 1, 1);
     const event = Buffer.alloc(64); say('link', [call(0, other, event, 64) > 0, event.readUInt32LE(4)]);
     process.exit(0);`,
  );
  for (const copy of copies) expect(copy).toEqual({ watches: 'same', link: [true, 4] });
});

test('what is watched and gone at the restore was removed: the program is told, also of an image in the making', async () => {
  const copies = await copiesSay(
    `fs.mkdirSync('tree/sub', { recursive: true }); fs.writeFileSync('tree/sub/file', '');
     const seen = [], own = ok(call(294, 0o4000)), here = ok(call(254, own, Buffer.from('tree\\0'), 0x300)); // CREATE, DELETE
     const sub = ok(call(254, own, Buffer.from('tree/sub\\0'), 0x700)); // and DELETE_SELF
     fs.watch(process.cwd(), { recursive: true }, (event, file) => seen.push(file));`,
    `const events = () => { const to = Buffer.alloc(4096), got = call(0, own, to, 4096), found = []; for (let at = 0; at < got; at += 16 + to.readUInt32LE(at + 12)) found.push([to.readInt32LE(at), to.readUInt32LE(at + 4)]); return found; };
     say('gone', [here, sub, events()]);
     const name = 'new' + process.pid; fs.writeFileSync(name, '');
     while (!seen.includes(name)) await new Promise((resolve) => setTimeout(resolve, 5));
     process.exit(0);`,
    () => rmSync(place.path('tree/sub'), { recursive: true, force: true }),
  );
  for (const copy of copies)
    expect(copy.gone).toEqual([
      1,
      2,
      expect.arrayContaining([
        [2, 0x400],
        [2, 0x8000],
      ]),
    ]); // DELETE_SELF, IGNORED
});

test('a watched directory that was moved is found by who may, and a removed one is refused by its name', async () => {
  const script = writeProgram(
    `fs.mkdirSync('before'); const own = ok(call(294, 0o4000));
     ok(call(254, own, Buffer.from('before\\0'), 0x100)); // a system call of its own
     fs.renameSync('before', 'after');`,
    `fs.writeFileSync('after/new' + process.pid, ''); const event = Buffer.alloc(64);
     say('moved', [call(0, own, event, 64) > 0, event.readUInt32LE(4)]);`,
  );
  const ended = await runDirect(script);
  if (process.geteuid?.() === 0) {
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(await place.crac('restore', place.path('image'))).toMatchObject({ stdout: 'moved [true,256]\n' });
  } else
    expect(ended.stderr).toMatch(/the program watches something \(inotify\) by a system call of its own/);
  const removed = writeProgram(
    `fs.mkdirSync('gone'); const held = fs.openSync('gone'); fs.watch('gone'); fs.rmdirSync('gone'); fs.closeSync(held);
     fs.writeFileSync('kept', ''); const kept = fs.openSync('kept'); fs.watch('kept'); fs.unlinkSync('kept');`,
    '',
  );
  expect((await runDirect(removed)).stderr).toMatch(
    /the program watches a file or directory that was moved or removed since \(inotify\): .*\/kept/,
  );
});

test('deleted files: contents, positions, what is shared, flags, modes; memory files and their seals', async () => {
  const copies = await copiesSay(
    `fs.writeFileSync('gone', 'abcdefghij'); fs.writeFileSync('log', 'line\\n'); fs.writeFileSync('odd (deleted)', 'no');
     const one = fs.openSync('gone', 'r+'), other = fs.openSync('gone', 'r'), shared = ok(call(32, one)), log = fs.openSync('log', 'a', 0o640);
     const odd = fs.openSync('odd (deleted)', 'r');
     fs.chmodSync('gone', 0o604); fs.unlinkSync('gone'); fs.unlinkSync('log');
     const large = fs.openSync('large', 'w+'); fs.ftruncateSync(large, 50 << 20); fs.writeSync(large, 'middle', 30 << 20); fs.unlinkSync('large');
     const read = (fd, count, at = null) => { const to = Buffer.alloc(count); return String(to.subarray(0, fs.readSync(fd, to, 0, count, at))); };
     read(one, 3); read(other, 5);
     const memory = ok(call(319, Buffer.from('mine\\0'), 3)); // memfd_create: CLOEXEC, ALLOW_SEALING
     fs.writeSync(memory, 'sealed'); ok(call(72, memory, 1033, 2 | 4)); // F_SEAL_SHRINK, GROW
     const reader = fs.openSync('/proc/self/fd/' + memory, 'r');`,
    `fs.writeSync(one, 'X', 9); // at its end: seen by the other
     say('gone', [read(shared, 2), read(one, 2), read(other, 9), (fs.fstatSync(one).mode & 0o777).toString(8), fs.fstatSync(one).nlink]);
     fs.writeSync(log, 'more'); say('log', [read(fs.openSync('/proc/self/fd/' + log), 20), fs.fstatSync(log).nlink]);
     say('large', [read(large, 6, 30 << 20), fs.fstatSync(large).size, fs.fstatSync(large).blocks < 100]);
     let refused; try { fs.ftruncateSync(memory, 1); } catch (error) { refused = error.code; }
     fs.writeSync(memory, 'S', 0);
     say('memory', [read(reader, 9), refused, call(72, memory, 1034), fs.readlinkSync('/proc/self/fd/' + memory), call(72, memory, 1)]);
     say('odd', read(odd, 5));`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      gone: ['de', 'fg', 'fghiX', '604', 0],
      log: ['line\nmore', 0],
      large: ['middle', 50 << 20, true],
      memory: ['Sealed', 'EPERM', 6, '/memfd:mine (deleted)', 1],
      odd: 'no',
    });
  expect(readdirSync(place.directory).filter((name) => /gone|log|large|#/.test(name))).toEqual([]);
});

test('shared memory: of memory files, of deleted ones, without a name, at two addresses, and of a file', async () => {
  const copies = await copiesSay(
    `const MAP = { SHARED: 1, PRIVATE: 2, ANONYMOUS: 0x20 };
     const map = (length, flags, fd = -1, offset = 0) => ok(call(9, 0, length, 3, flags, fd, offset), 'mmap');
     const memory = ok(call(319, Buffer.from('shared\\0'), 1)); fs.ftruncateSync(memory, 8192);
     const one = map(8192, MAP.SHARED, memory), second = map(4096, MAP.SHARED, memory, 4096);
     poke(one + 4096, 11); poke(one, 12);
     const unheld = ok(call(319, Buffer.from('unheld\\0'), 1)); fs.ftruncateSync(unheld, 4096);
     const lone = map(4096, MAP.SHARED, unheld), twin = map(4096, MAP.SHARED, unheld), own = map(4096, MAP.PRIVATE, unheld);
     poke(lone, 13); poke(own + 1, 99); fs.closeSync(unheld);
     const nameless = map(12288, MAP.SHARED | MAP.ANONYMOUS); poke(nameless + 4096, 14);
     const alias = ok(call(25, nameless, 0, 12288, 1, 0), 'mremap'); // the same memory once more
     const simple = map(4096, MAP.SHARED | MAP.ANONYMOUS); poke(simple, 15);
     fs.writeFileSync('gone', Buffer.alloc(4096)); const gone = fs.openSync('gone', 'r+'); fs.unlinkSync('gone');
     const deleted = map(4096, MAP.SHARED, gone); poke(deleted, 16);
     const kept = fs.openSync('kept', 'w+'); fs.ftruncateSync(kept, 4096);
     const file = map(4096, MAP.SHARED, kept); poke(file, 17); fs.closeSync(kept);
     const short = ok(call(319, Buffer.from('short\\0'), 1)); fs.writeSync(short, 'ab'); const beyond = map(8192, MAP.PRIVATE, short); poke(beyond + 1, 120);
     const at = (fd, position) => { const to = Buffer.alloc(1); fs.readSync(fd, to, 0, 1, position); return to[0]; };`,
    `poke(second, peek(second) + 1); say('memory', [peek(one), peek(one + 4096), at(memory, 4096)]);
     poke(lone + 2, 55); say('unheld', [peek(lone), peek(twin), peek(twin + 2), peek(own), peek(own + 1)]);
     poke(alias, 56); say('alias', [peek(nameless), peek(nameless + 4096), peek(alias + 4096)]);
     say('simple', [peek(simple)]);
     poke(deleted + 1, 57); say('deleted', [peek(deleted), at(gone, 0), at(gone, 1)]);
     say('file', [peek(file), fs.readFileSync('kept')[0]]);
     say('beyond', [peek(beyond), peek(beyond + 1), at(short, 1)]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      memory: [12, 12, 12],
      unheld: [13, 13, 55, 13, 99],
      alias: [56, 14, 14],
      simple: [15],
      deleted: [16, 16, 57],
      file: [17, 17],
      beyond: [97, 120, 98],
    });
});

test('pipes that hold more than 8 MiB, and a memory file of as much', async () => {
  const copies = await copiesSay(
    `const pipes = Array.from({ length: 12 }, (_, i) => { const fds = Buffer.alloc(8); ok(call(293, fds, 0o4000)); const [r, w] = [fds.readInt32LE(0), fds.readInt32LE(4)];
       ok(call(72, w, 1031, 1 << 20)); ok(call(1, w, Buffer.alloc((1 << 20) - i, i + 1), (1 << 20) - i)); return [r, w]; });
     const memory = ok(call(319, Buffer.from('large\\0'), 1)); fs.writeSync(memory, Buffer.alloc(20 << 20, 7));`,
    `say('pipes', pipes.every(([r], i) => { const to = Buffer.alloc(1 << 20); return call(0, r, to, 1 << 20) === (1 << 20) - i && to.subarray(0, (1 << 20) - i).every((byte) => byte === i + 1); }));
     say('room', pipes.map(([, w]) => call(72, w, 1032)).every((size) => size === 1 << 20));
     const to = Buffer.alloc(20 << 20); fs.readSync(memory, to, 0, 20 << 20, 0);
     say('memory', to.every((byte) => byte === 7));`,
  );
  for (const copy of copies) expect(copy).toEqual({ pipes: true, room: true, memory: true });
});
