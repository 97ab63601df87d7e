import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { copiesSay, runDirect, said, writeProgram } from '../support/direct-program.ts';
import { image, place } from '../support/own-place.ts';

/** Kinds of memory under the engine direct. */

const isRoot = process.geteuid?.() === 0;

const MEMORY = `
  const map = (length, flags = 0x22, protection = 3) => ok(call(9, 0, length, protection, flags, -1, 0), 'mmap');
  const flagsAt = (address) => { let covers = false;
    for (const line of fs.readFileSync('/proc/self/smaps', 'latin1').split('\\n')) { const found = /^(\\w+)-(\\w+) /.exec(line);
      if (found) covers = parseInt(found[1], 16) <= address && address < parseInt(found[2], 16);
      else if (covers && line.startsWith('VmFlags:')) return line.slice(9).trim().split(' ').filter((flag) => /^(dc|dd|sr|rr|mg|hg|nh|wf|nr|lo|lf|dp|sl|gd)$/.test(flag)).join(); } };
  const isGuard = (address) => { const fds = Buffer.alloc(8); ok(call(22, fds)); const refused = call(1, fds.readInt32LE(4), address, 1); fs.closeSync(fds.readInt32LE(0)); fs.closeSync(fds.readInt32LE(4)); return refused === -14; };
`;

test('what the program has advised the kernel, exactly; sealed and locked memory; guard pages', async () => {
  const copies = await copiesSay(
    `${MEMORY}
     const advised = [10, 16, 2, 1, 12, 14, 15, 18].map((advice) => { const at = map(32768); call(10, at + 28672, 4096, 0); poke(at, 7); return call(28, at, 16384, advice) < 0 ? undefined : at; }).filter(Boolean);
     const locked = map(8192); poke(locked, 1); ok(call(149, locked, 8192)); const onFault = map(8192); poke(onFault, 2); ok(call(325, onFault, 8192, 1));
     const sealed = map(4096); poke(sealed, 3); const seals = call(462, sealed, 4096, 0) === 0;
     const guarded = map(16384); poke(guarded, 4); poke(guarded + 8192, 5); const guards = call(28, guarded + 4096, 4096, 102) === 0;
     const all = () => [...advised, locked, onFault, sealed].map((at) => [flagsAt(at), flagsAt(at) === 'wf' || peek(at)]);
     say.all = JSON.stringify(all());`,
    `const now = JSON.stringify(all()); say('all', now === say.all ? 'same' : [say.all, now]);
     say('sealed', !seals || call(10, sealed, 4096, 1) === -1); // mprotect
     say('guards', !guards || [isGuard(guarded), isGuard(guarded + 4096), isGuard(guarded + 8192), peek(guarded), peek(guarded + 8192)].join());
     say('emptied', advised.filter((at) => flagsAt(at) === 'wf').map((at) => peek(at)));`,
  );
  for (const copy of copies) {
    expect(copy).toMatchObject({ all: 'same', sealed: true });
    expect([true, 'false,true,false,4,5']).toContain(copy.guards);
    expect([[], [0]]).toContainEqual(copy.emptied);
  }
});

test('a reservation of 8 GB without rights, and one of which little is written', async () => {
  const copies = await copiesSay(
    `${MEMORY}
     const none = map(8 * 2 ** 30, 0x4022, 0), sparse = map(8 * 2 ** 30, 0x4022);
     for (let i = 0; i < 8; i++) poke(sparse + i * 2 ** 30 + 4096 * i, i + 1);
     const hidden = map(8192); poke(hidden + 4096, 9); ok(call(10, hidden, 8192, 0));`,
    `say('sparse', [0, 1, 2, 3, 4, 5, 6, 7].map((i) => peek(sparse + i * 2 ** 30 + 4096 * i)));
     say('none', [isGuard(none), call(10, none, 4096, 3), peek(none)]);
     say('hidden', [isGuard(hidden + 4096), call(10, hidden, 8192, 3), peek(hidden + 4096)]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({ sparse: [1, 2, 3, 4, 5, 6, 7, 8], none: [true, 0, 0], hidden: [true, 0, 9] });
});

test('what lies on the stack below where the main thread goes on is in no image', async () => {
  const copies = await copiesSay(
    `const deep = (n) => (n === 0 ? 0 : 1 + deep(n - 1)); deep(6000);
     const stack = () => Number(/\\[stack\\]\\n(?:.*\\n)*?Private_Dirty: +(\\d+)/.exec(fs.readFileSync('/proc/self/smaps', 'latin1'))[1]);
     say.deep = stack();`,
    `say('kilobytes', [say.deep, stack()]);`,
  );
  for (const { kilobytes } of copies) {
    const [before, after] = kilobytes as [number, number];
    expect(before).toBeGreaterThan(300);
    expect(after).toBeLessThan(before / 2);
  }
});

test.each([
  [
    'huge pages',
    'call(9, 0, 2 ** 21, 3, 0x44022, -1, 0)', // MAP_HUGETLB, MAP_NORESERVE
    'call(11, at, 2 ** 21)',
    'memory in huge pages (hugetlbfs) is mapped: ',
  ],
  [
    'System V shared memory',
    '(() => { const id = call(29, 0, 4096, 0o1600), at = call(30, id, 0, 0); call(31, id, 0, 0); return at; })()',
    'call(67, at)',
    'memory is mapped that other processes may share: /SYSV00000000',
  ],
])('%s: refused; the program goes on, and is dumped when they are gone', async (_, make, end, message) => {
  const script = writeProgram(
    `const at = ${make};
     if (at < 0) { fs.writeSync(2, ${JSON.stringify(message)} + ' again'); process.exit(6); } // not on this machine
     await checkpointRestore().catch((error) => fs.writeSync(2, error.message));
     ${end};
     await checkpointRestore({ leaveRunning: true }); // at once: what is said of the first one is not for this one
     fs.writeSync(2, ' again');
     process.exit(6);`,
    '',
    0,
  );
  const ended = await runDirect(script);
  expect(ended).toMatchObject({ code: 6, stdout: '' });
  expect(ended.stderr).toContain(message);
  expect(ended.stderr).toMatch(/ again$/);
});

test('a limit that is too low for memory that was locked is named', async () => {
  const script = writeProgram(
    `${MEMORY} const locked = map(262144); poke(locked, 1); ok(call(149, locked, 262144));`,
    '',
  );
  expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
  const words = isRoot ? ['setpriv', '--bounding-set', '-ipc_lock', '--inh-caps', '-ipc_lock'] : [];
  const ended = await place.start('prlimit', ['--memlock=65536:65536', ...words, CRAC, 'restore', image])
    .ended;
  expect(ended).toMatchObject({ code: 72, stdout: '' });
  expect(ended.stderr).toMatch(/^crac: cannot lock memory of the program again \(ulimit -l\): ENOMEM/);
});

test.skipIf(!isRoot)('an image on a file system that is noexec and read-only (needs root)', async () => {
  const script = writeProgram(
    `const add = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex'))).exports.add;
     const hot = (n) => { let sum = 0; for (let i = 0; i < n; i++) sum += i % 7; return sum; }; hot(1e5);`,
    `say('works', [add(2, 3), hot(1e6), new Function('a', 'return a * 2')(21)]);`,
  );
  expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
  mkdirSync(place.path('mount'));
  const inside = `mount -t tmpfs -o noexec none ${place.path('mount')} && cp -a ${image} ${place.path('mount/image')} && mount -o remount,ro,noexec none ${place.path('mount')} && exec ${CRAC} restore ${place.path('mount/image')}`;
  const ended = await place.start('unshare', ['-m', 'sh', '-c', inside]).ended;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(said(ended.stdout)).toEqual({ works: [5, 2999997, 42] });
});
