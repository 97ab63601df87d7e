import { expect, test } from 'vitest';
import { copiesSay } from '../support/direct-program.ts';

/** Sets of descriptors that are waited for, and what is in them, under the engine direct. */

const SETS = `
  const event = (events, data) => { const to = Buffer.alloc(12); to.writeUInt32LE(events >>> 0); to.writeBigUInt64LE(BigInt(data), 4); return to; };
  const put = (set, how, fd, events, data) => ok(call(233, set, how, fd, event(events, data)), 'epoll_ctl');
  const seen = (set) => { const to = Buffer.alloc(96); const count = ok(call(281, set, to, 8, 0, 0), 'epoll_pwait');
    return Array.from({ length: count }, (_, i) => Number(to.readBigUInt64LE(12 * i + 4))).sort(); };
  const pipe = () => { const to = Buffer.alloc(8); ok(call(293, to, 0o4000)); return [to.readInt32LE(0), to.readInt32LE(4)]; };
  const valueOf = (fd) => { const to = Buffer.alloc(8); const got = call(0, fd, to, 8); return got === 8 ? Number(to.readBigUInt64LE()) : got; };
  const [ADD, CHANGE, IN, EDGE, ONCE] = [1, 3, 1, 2 ** 31, 2 ** 30];
  const makeSet = () => ok(call(291, 0o2000000), 'epoll_create1');
`;

test('nested sets, edges, what is told once, and the values of event descriptors', async () => {
  const copies = await copiesSay(
    `${SETS}
     const [inner, outer] = [makeSet(), makeSet()];
     const counter = ok(call(290, 3, 0)), semaphore = ok(call(290, 2, 1)), quiet = ok(call(290, 0, 0o4000));
     const [edge, once, untouched] = [pipe(), pipe(), pipe()];
     put(inner, ADD, counter, IN, 11); put(inner, ADD, quiet, IN, 12); put(outer, ADD, inner, IN, 21);
     put(outer, ADD, edge[0], IN | EDGE, 22); put(outer, ADD, once[0], IN | ONCE, 23);
     put(outer, ADD, untouched[0], IN | EDGE, 24); put(outer, ADD, semaphore, IN, 25);
     fs.writeSync(edge[1], 'a'); fs.writeSync(once[1], 'b');
     const before = JSON.stringify([seen(outer), seen(outer)]);`,
    `say('before', before);
     // What an edge-triggered descriptor holds is told of once more in a copy: nobody knows whether it was read.
     say('copy', [seen(outer), seen(outer)]);
     fs.writeSync(edge[1], 'c'); fs.writeSync(once[1], 'd'); fs.writeSync(untouched[1], 'e');
     say('written', [seen(outer), seen(outer)]);
     put(outer, CHANGE, once[0], IN | ONCE, 23); say('armed', seen(outer));
     say('values', [valueOf(counter), valueOf(semaphore), valueOf(semaphore), valueOf(quiet)]);
     say('read', [seen(inner), seen(outer)]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      before: '[[21,22,23,25],[21,25]]',
      copy: [
        [21, 22, 25],
        [21, 25],
      ],
      written: [
        [21, 22, 24, 25],
        [21, 25],
      ],
      armed: [21, 23, 25],
      values: [3, 1, 1, -11],
      read: [[], []],
    });
});

test('a signal descriptor, with a signal that waits in it', async () => {
  const copies = await copiesSay(
    `${SETS}
     const mask = Buffer.alloc(8); mask.writeBigUInt64LE(1n << 11n); // SIGUSR2
     ok(call(14, 0, mask, 0, 8)); const signals = ok(call(289, -1, mask, 8, 0o2004000), 'signalfd'); const set = makeSet();
     put(set, ADD, signals, IN, 26); ok(call(234, process.pid, process.pid, 12)); const info = Buffer.alloc(128);`,
    `say('waits', seen(set)); say('signal', [call(0, signals, info, 128), info.readUInt32LE(0)]); say('over', [seen(set), call(0, signals, info, 128)]);
     ok(call(234, process.pid, process.pid, 12)); say('next', seen(set));`,
  );
  for (const copy of copies)
    expect(copy).toEqual({ waits: [26], signal: [128, 12], over: [[], -11], next: [26] });
});
