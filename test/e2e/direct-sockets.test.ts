import { expect, test } from 'vitest';
import { copiesSay, runDirect, writeProgram } from '../support/direct-program.ts';

/** Sockets that are connected inside of the program, under the engine direct: both ends are in the image. */

const SOCKETS = `
  const [AF_UNIX, STREAM, DGRAM, SEQPACKET] = [1, 1, 2, 5];
  const pair = (type) => { const fds = Buffer.alloc(8); ok(call(53, AF_UNIX, type, 0, fds)); return [fds.readInt32LE(0), fds.readInt32LE(4)]; };
  const send = (fd, text) => call(44, fd, Buffer.from(text), Buffer.byteLength(text), 0x4040, 0, 0); // DONTWAIT, NOSIGNAL
  const receive = (fd, size = 100000) => { const to = Buffer.alloc(size), got = call(45, fd, to, size, 0x40, 0, 0); return got < 0 ? got : String(to.subarray(0, got)); };
  const set = (fd, name, value) => { const to = Buffer.alloc(4); to.writeInt32LE(value); ok(call(54, fd, 1, name, to, 4)); };
  const get = (fd, name) => { const to = Buffer.alloc(4), length = Buffer.from([4, 0, 0, 0]); ok(call(55, fd, 1, name, to, length)); return to.readInt32LE(0); };
  const flags = (fd) => [call(72, fd, 3) & 0o4000, call(72, fd, 1)];
`;

test('streams, datagrams and packets: what is in flight, in both directions, and their ends', async () => {
  const copies = await copiesSay(
    `${SOCKETS}
     const [a, b] = pair(STREAM), [c, d] = pair(DGRAM), [e, f] = pair(SEQPACKET), [g, h] = pair(STREAM | 0o2004000), [i, j] = pair(STREAM);
     send(a, 'one'); send(a, 'two'); send(b, 'back'); send(b, 'x'.repeat(150000));
     for (const text of ['', 'first', '', 'second', 'y'.repeat(90000)]) ok(send(c, text), 'datagram');
     send(e, 'packet'); send(e, 'another'); send(f, 'answer');
     const copy = ok(call(32, g)); // a second number of it
     send(j, 'last words'); call(3, j);
     send(i, 'lost');`,
    `say('stream', [receive(b, 4), receive(b), receive(b), receive(a, 4), receive(a, 200000).length, receive(a)]);
     say('datagrams', [1, 2, 3, 4].map(() => receive(d)).concat([receive(d).length, receive(d)]));
     say('packets', [receive(f), receive(f), receive(f), receive(e), receive(e)]);
     say('flags', [flags(g), flags(h), flags(a)]);
     send(copy, 'by the copy'); say('copy', [receive(h), flags(copy)]);
     say('gone', [receive(i), receive(i), send(i, 'x')]);
     say('alive', [send(a, 'more'), receive(b), send(d, 'reply'), receive(c), call(3, a), receive(b)]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      stream: ['onet', 'wo', -11, 'back', 150000, -11],
      datagrams: ['', 'first', '', 'second', 90000, -11],
      packets: ['packet', 'another', -11, 'answer', -11],
      flags: [
        [0o4000, 1],
        [0o4000, 1],
        [0, 0],
      ],
      copy: ['by the copy', [0o4000, 0]],
      gone: ['last words', '', -32],
      alive: [4, 'more', 5, 'reply', 0, ''],
    });
});

test('directions that were shut down, options, and epoll sets that watch them', async () => {
  const copies = await copiesSay(
    `${SOCKETS}
     const [a, b] = pair(STREAM), [c, d] = pair(DGRAM), [e, f] = pair(STREAM);
     send(a, 'before the end'); ok(call(48, a, 1)); // SHUT_WR
     set(e, 7, 20000); set(f, 8, 30000); set(f, 16, 1); set(f, 18, 7); set(c, 42, 3); // SNDBUF, RCVBUF, PASSCRED, RCVLOWAT, PEEK_OFF
     call(54, e, 1, 20, Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 16); // RCVTIMEO
     call(54, e, 1, 13, Buffer.from([1, 0, 0, 0, 9, 0, 0, 0]), 8); // LINGER
     const options = () => { const time = Buffer.alloc(16), linger = Buffer.alloc(8), length = Buffer.from([16, 0, 0, 0]);
       call(55, e, 1, 20, time, length); length[0] = 8; call(55, e, 1, 13, linger, length);
       return [get(e, 7), get(f, 8), get(f, 16), get(f, 18), get(c, 42), get(e, 16), time[0], linger[0], linger[4]]; };
     say.options = options();
     const set1 = ok(call(291, 0)), event = Buffer.alloc(12); event.writeUInt32LE(1); event.writeUInt32LE(77, 4);
     ok(call(233, set1, 1, d, event)); // EPOLL_CTL_ADD
     ok(send(c, 'seen'));
     const [g, h] = pair(STREAM), set2 = ok(call(291, 0)), g2 = ok(call(32, g)); event.writeUInt32LE(78, 4);
     ok(call(233, set2, 1, g, event)); call(3, g); ok(fs.openSync('/dev/null')); // its number is another file's now`,
    `say('shut', [send(a, 'x'), receive(b), receive(b), send(b, 'still'), receive(a)]);
     say('options', JSON.stringify(options()) === JSON.stringify(say.options) ? 'same' : [options(), say.options]);
     const events = Buffer.alloc(120), count = call(232, set1, events, 10, 0);
     say('epoll', [count, events.readUInt32LE(0), events.readUInt32LE(4), receive(d), call(232, set1, events, 10, 0)]);
     say('other-number', [call(232, set2, events, 10, 0), send(h, 'x'), call(232, set2, events, 10, 0), events.readUInt32LE(4), receive(g2)]);`,
  );
  for (const copy of copies)
    expect(copy).toEqual({
      shut: [-32, 'before the end', '', 5, 'still'],
      options: 'same',
      epoll: [1, 1, 77, 'seen', 0],
      'other-number': [0, 1, 1, 78, 'x'],
    });
});

test('a connection of Node to its own server at a path, and one of TCP, whose ends see its end', async () => {
  const copies = await copiesSay(
    `const net = require('node:net');
     const server = net.createServer((socket) => socket.on('data', (text) => socket.write('echo ' + text))).listen('./own.sock');
     const client = net.connect('./own.sock').setEncoding('utf8');
     const answer = (text) => new Promise((resolve) => { client.once('data', resolve); client.write(text); });
     if ((await answer('a')) !== 'echo a') throw new Error('no echo');
     let ended = 0;
     const tcp = net.createServer((socket) => socket.on('end', () => ended++).resume()).listen(0, '127.0.0.1');
     await new Promise((resolve) => tcp.once('listening', resolve));
     const other = net.connect(tcp.address().port, '127.0.0.1').on('error', () => {}).on('close', () => ended++).resume();
     await new Promise((resolve) => other.once('connect', resolve));`,
    `say('unix', await answer('b'));
     while (ended < 2) await new Promise(setImmediate);
     say('tcp', other.destroyed);
     process.exit(0);`,
  );
  for (const copy of copies) expect(copy).toEqual({ unix: 'echo b', tcp: true });
});

test('a descriptor that is on its way between two sockets is refused, and what is in flight stays', async () => {
  const script = writeProgram(
    `${SOCKETS}
     const [a, b] = pair(STREAM);
     ok(require('./syscalls.node').sendFd(a, 1, Buffer.from('with')));
     const error = await checkpointRestore().then(() => undefined, (error) => error.message);
     fs.writeSync(2, error + '\\n' + receive(b));
     process.exit(5);`,
    '',
    0,
  );
  const ended = await runDirect(script);
  expect(ended).toMatchObject({ code: 5, stdout: '' });
  expect(ended.stderr).toMatch(
    /a descriptor that was passed over a unix socket has not been received yet.*\nwith$/s,
  );
});

test('TCP connections that both ends have closed already: their addresses are not bound again', async () => {
  // Connected, shut down at both ends and read to the end by nobody: in the kernel it is a closed socket with an address.
  const copies = await copiesSay(
    `${SOCKETS}
     const address = (port) => Buffer.from([2, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
     const own = (fd) => { const to = Buffer.alloc(16), length = Buffer.from([16, 0, 0, 0]); ok(call(51, fd, to, length)); return to.readUInt16BE(2); };
     const server = ok(call(41, 2, 1, 0)); set(server, 2, 1); ok(call(49, server, address(0), 16)); ok(call(50, server, 1));
     const a = ok(call(41, 2, 1, 0)); ok(call(42, a, address(own(server)), 16));
     const b = ok(call(43, server, 0, 0)), bound = ok(call(41, 2, 1, 0)); ok(call(49, bound, address(0), 16));
     ok(call(48, b, 1)); ok(call(48, a, 1)); const port = own(bound);`,
    `say('a', [receive(a), send(a, 'x')]); say('b', receive(b)); say('bound', own(bound) === port);`,
  );
  for (const copy of copies) expect(copy).toEqual({ a: ['', -32], b: '', bound: true });
});
