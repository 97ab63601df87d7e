import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { copiesSay, runDirect, said, writeProgram } from '../support/direct-program.ts';
import { image, place } from '../support/own-place.ts';

/** What the kernel keeps for a process beside its memory and descriptors, under the engine direct (docs/engines.md). */

const isRoot = process.geteuid?.() === 0;

/** Bytes of the kernel's structures. */
const WORDS = `
  const words = (...values) => { const to = Buffer.alloc(values.length * 8); values.forEach((value, i) => to.writeBigInt64LE(BigInt(value), i * 8)); return to; };
  const word = (from, i) => Number(from.readBigInt64LE(i * 8));
`;

test('signals that are pending, with their values', async () => {
  const copies = await copiesSay(
    `${WORDS}
     // rt_sigprocmask: SIG_BLOCK of SIGUSR1, SIGUSR2 and a real-time signal (40)
     const mask = words((1n << 9n) | (1n << 11n) | (1n << 39n)); ok(call(14, 0, mask, 0, 8));
     const info = (signal, value) => { const to = Buffer.alloc(128); to.writeInt32LE(signal); to.writeInt32LE(-1, 8); to.writeInt32LE(process.pid, 16); to.writeBigInt64LE(BigInt(value), 24); return to; };
     const queue = (signal, value) => ok(call(297, process.pid, process.pid, signal, info(signal, value))); // rt_tgsigqueueinfo
     queue(40, 1001); queue(40, 1002); queue(10, 5);
     ok(call(234, process.pid, process.pid, 12)); // tgkill
     const pending = () => fs.readFileSync('/proc/self/status', 'utf8').match(/(SigPnd|ShdPnd):\\t\\w+/g).join();
     const taken = () => { const to = Buffer.alloc(128), got = call(128, mask, to, words(0, 0), 8); return [got, got > 0 ? to.readInt32LE(8) : 0, got > 0 && to.readInt32LE(8) === -1 ? Number(to.readBigInt64LE(24)) : 0]; };`,
    `say('pending', pending()); say('taken', [taken(), taken(), taken(), taken(), taken()]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      pending: 'SigPnd:\t0000008000000a00,ShdPnd:\t0000000000000000',
      taken: [
        [10, -1, 5],
        [12, -6, 0],
        [40, -1, 1001],
        [40, -1, 1002],
        [-11, 0, 0],
      ],
    });
});

test('timers: setitimer, timer_create under its number, a timer descriptor that was due, and one of the wall clock', async () => {
  const copies = await copiesSay(
    `${WORDS}
     ok(call(38, 0, words(0, 0, 1000, 500000), 0)); ok(call(38, 2, words(7, 0, 2000, 0), 0)); // REAL, PROF
     const make = (notify, signal, tid = 0) => { const event = Buffer.alloc(64), id = Buffer.alloc(4); event.writeBigInt64LE(77n); event.writeInt32LE(signal, 8); event.writeInt32LE(notify, 12); event.writeInt32LE(tid, 16);
       ok(call(222, 1, event, id)); return id.readInt32LE(0); };
     for (let i = 0; i < 5; i++) ok(call(226, make(1, 0))); // numbers that are given back
     const none = make(1, 0), soon = make(4, 12, process.pid), far = make(0, 10);
     ok(call(223, none, 0, words(9, 0, 5000, 0), 0)); ok(call(223, far, 0, words(0, 0, 6000, 0), 0));
     ok(call(14, 0, words(1n << 11n), 0, 8));
     const due = ok(call(283, 1, 0o4000)); ok(call(286, due, 0, words(0, 0, 0, 1), 0)); // timerfd, after a nanosecond
     const wall = ok(call(283, 0, 0o4000)), at = Math.floor(Date.now() / 1000) + 4000; ok(call(286, wall, 1, words(0, 0, at, 0), 0));
     const left = (number, ...args) => { const to = Buffer.alloc(32); ok(call(number, ...args, to)); return [word(to, 0), word(to, 2)]; };
     const near = ([interval, value], wanted, most) => interval === wanted && value <= most && value > most - 500;
     for (const from = Date.now(); Date.now() < from + 2;);`,
    `say('intervals', [near(left(36, 0), 0, 1000), near(left(36, 2), 7, 2000)]);
     say('timers', [near(left(224, none), 9, 5000), near(left(224, far), 0, 6000), none, soon, far]);
     say('listed', [...fs.readFileSync('/proc/self/timers', 'utf8').matchAll(/ID: (\\d+)\\nsignal: (\\d+)\\/(\\w+)\\nnotify: (\\w+\\/\\w+)/g)].map((found) => found.slice(1)).sort());
     const ticks = Buffer.alloc(8); say('due', [call(0, due, ticks, 8), Number(ticks.readBigInt64LE(0)), call(0, due, ticks, 8)]);
     const wallLeft = left(287, wall)[1]; say('wall', Math.abs(wallLeft - (at - Date.now() / 1000)) < 3);
     ok(call(223, soon, 0, words(0, 0, 0, 1), 0)); const to = Buffer.alloc(128);
     say('fires', [call(128, words(1n << 11n), to, words(60, 0), 8), Number(to.readBigInt64LE(24))]);`,
  );
  for (const copy of copies) {
    const [none, soon, far] = (copy.timers as number[]).slice(2);
    expect(copy).toEqual({
      intervals: [true, true],
      timers: [true, true, none, soon, far],
      listed: [
        [String(none), '0', expect.any(String), 'none/pid'],
        [String(soon), '12', expect.any(String), 'signal/tid'],
        [String(far), '10', expect.any(String), 'signal/pid'],
      ].sort(),
      due: [8, 1, -11],
      wall: true,
      fires: [12, 77],
    });
  }
});

test('what prctl and its like set, priorities, limits, and locks on files', async () => {
  const copies = await copiesSay(
    `${WORDS}
     const get = (option) => call(157, option, 0, 0, 0, 0), stored = (option) => { const to = Buffer.alloc(4); ok(call(157, option, to, 0, 0, 0)); return to.readInt32LE(0); };
     ok(call(157, 41, 1, 0, 0, 0)); ok(call(157, 36, 1)); ok(call(157, 1, 12)); ok(call(157, 29, 123456)); ok(call(157, 33, 1, 1, 0, 0)); ok(call(157, 4, 0));
     ok(call(157, 38, 1, 0, 0, 0)); ok(call(135, 0x0040000)); ok(call(141, 0, 0, 5)); ok(call(324, 16, 0, 0)); process.umask(0o27);
     ok(call(302, 0, 4, words(1000000, -1), 0)); // RLIMIT_CORE
     fs.writeFileSync('locked', '0123456789');
     const locked = fs.openSync('locked', 'a+'), reader = fs.openSync('locked', 'r'), whole = fs.openSync('locked', 'r');
     const range = (type, start, length) => { const to = Buffer.alloc(32); to.writeInt16LE(type); to.writeBigInt64LE(BigInt(start), 8); to.writeBigInt64LE(BigInt(length), 16); return to; };
     ok(call(72, locked, 6, range(0, 2, 3))); ok(call(72, reader, 37, range(0, 8, 0))); ok(call(73, whole, 1)); // F_SETLK, F_OFD_SETLK, flock: shared
     const locks = () => [locked, reader, whole].map((fd) => fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8').match(/lock:.*: (.*) -?\\d+ \\S+ (\\d+ \\S+)/).slice(1).join(' ').replace(/ +\\d* +/g, ' ').replace(/ +/g, ' '));
     const all = () => { const limit = Buffer.alloc(16); ok(call(302, 0, 4, 0, limit)); return { thp: get(42), subreaper: stored(37), death: stored(2), slack: get(30), mce: get(34), dumpable: get(3), nnp: get(39),
       personality: call(135, 0xffffffff), nice: 20 - call(140, 0, 0), membarrier: call(324, 512, 0, 0) & 16, umask: process.umask(), core: word(limit, 0), locks: locks() }; };
     say.all = JSON.stringify(all());`,
    `const now = JSON.stringify(all()); say('all', now === say.all ? 'same' : [say.all, now]);`,
  );
  for (const copy of copies) expect(copy).toEqual({ all: 'same' });
});

test('a lock that only one can have: a second copy at the same time is refused with the name of the file', async () => {
  const script = writeProgram(
    `fs.writeFileSync('store', ''); const store = fs.openSync('store', 'a'); ok(call(73, store, 2)); // LOCK_EX`,
    `say('first', 1); setInterval(() => {}, 1000);`,
  );
  expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
  const first = place.start(CRAC, ['restore', image]);
  await first.line(/first 1/);
  const second = await place.crac('restore', image);
  expect(second).toMatchObject({ code: 72, stdout: '' });
  expect(second.stderr).toMatch(
    /the program held a lock that another process or copy has now; .*store: EAGAIN/s,
  );
  first.child.kill('SIGKILL');
  await first.ended;
  const third = place.start(CRAC, ['restore', image]);
  await third.line(/first 1/);
  third.child.kill('SIGKILL');
  await third.ended;
});

test.skipIf(!isRoot)(
  'groups that the program has instead of those it was started with (needs root)',
  async () => {
    const script = writeProgram(
      `process.setgroups([7, 65534]); process.setgid(65534);`,
      `say('groups', [process.getgid(), process.getegid(), process.getgroups(), fs.readdirSync('/proc/self/task').every((task) => /Gid:\\t65534\\t65534\\t65534/.test(fs.readFileSync('/proc/self/task/' + task + '/status', 'utf8')))]);`,
    );
    expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
    const copy = await place.crac('restore', image);
    expect(copy).toMatchObject({ code: 0, stderr: '' });
    expect(said(copy.stdout)).toEqual({ groups: [65534, 65534, [7, 65534], true] });
  },
);

test.skipIf(!isRoot)('capabilities that root gave up (needs root)', async () => {
  const script = writeProgram(
    `${WORDS}
     const header = Buffer.alloc(8); header.writeUInt32LE(0x20080522); const data = Buffer.alloc(24); ok(call(125, header, data));
     for (const at of [0, 4]) data.writeUInt32LE((data.readUInt32LE(at) & ~(1 << 25)) >>> 0, at); ok(call(126, header, data)); // CAP_SYS_TIME`,
    `say('time', (BigInt('0x' + /CapPrm:\\t(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) >> 25n & 1n) === 0n);`,
  );
  expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
  expect(await place.crac('restore', image)).toMatchObject({ code: 0, stdout: 'time true\n', stderr: '' });
});

test('a seccomp filter of its own is refused, and the program goes on', async () => {
  const script = place.path('filter.js');
  writeProgram('', '', 0);
  writeFileSync(
    script,
    `const { call } = require('./syscalls.node');
     call(157, 38, 1, 0, 0, 0);
     const code = Buffer.from([6, 0, 0, 0, 0, 0, 255, 127]), program = Buffer.alloc(16); // SECCOMP_RET_ALLOW
     program.writeUInt16LE(1); program.writeBigUInt64LE(require('./syscalls.node').addressOf(code), 8);
     console.log('seccomp', call(317, 1, 0, program));
     setInterval(() => {}, 1000);`,
  );
  const program = place.start(CRAC, ['run', '--engine', 'direct', '--image', image, script]);
  await program.line(/seccomp 0/);
  const ended = await place.crac('checkpoint', image);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/process \d+ \(.*\) has a seccomp filter of its own/);
  program.child.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ signal: 'SIGTERM' });
});
