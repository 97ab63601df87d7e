/** A small program that holds handles of one kind, and what is expected of it. */
export interface HandleCase {
  /** The name of its file in test/fixtures/handles. */
  name: string;
  /** The line of its check before the checkpoint. */
  before: string;
  /** The line of its check in a restored copy. */
  after: string;
  /** A line `kind what | owner: reason | who opened it` for each descriptor of it, by number, the children's last. */
  rows: string[];
  /** The number of connections of its own that a checkpoint names, which it cuts. */
  cut?: number;
}

export const HANDLES: HandleCase[] = [
  {
    name: 'read-file',
    before: 'one\n',
    after: 'two\n',
    rows: [
      'regular HERE/input.txt | engine: read only: goes on at the same position of the same file | exports.openIt (HANDLES/read-file.js:5:11)',
    ],
  },
  {
    name: 'read-stream',
    before: 'one\n',
    after: 'two\n',
    rows: [
      'regular HERE/input.txt | engine: read only: goes on at the same position of the same file | exports.openIt (HANDLES/read-stream.js:5:15)',
    ],
  },
  {
    name: 'append-log',
    before: '1 lines',
    after: '2 lines',
    rows: [
      'regular HERE/app.log | engine: opened for append: goes on at the end of the file of that name | exports.openIt (HANDLES/append-log.js:4:12)',
    ],
  },
  {
    name: 'deleted-file',
    before: 'kept',
    after: 'kept',
    rows: [
      'regular HERE/scratch.tmp (deleted) | engine: deleted, so nobody else can change it: its content is in the image | exports.openIt (HANDLES/deleted-file.js:4:30)',
    ],
  },
  {
    name: 'directory',
    before: 'entry 1',
    after: 'entry 2',
    rows: [
      'directory HERE/many | engine: the engine goes on in the same directory | exports.openIt (HANDLES/directory.js:6:18)',
    ],
  },
  {
    name: 'devices',
    before: '16 random bytes, 16 into nothing',
    after: '16 random bytes, 16 into nothing',
    rows: [
      'character /dev/urandom | engine: a device without state | exports.openIt (HANDLES/devices.js:5:15)',
      'character /dev/null | engine: a device without state | exports.openIt (HANDLES/devices.js:6:13)',
    ],
  },
  {
    name: 'watch',
    before: 'seen',
    after: 'seen',
    rows: [
      'inotify anon_inode:inotify | engine: the engine watches the same paths again; events in between are lost | exports.openIt (HANDLES/watch.js:5:6)',
    ],
  },
  {
    name: 'watch-file',
    before: 'seen',
    after: 'seen',
    rows: [],
  },
  {
    name: 'tcp-server',
    before: 'hello',
    after: 'hello',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/tcp-server.js:5:64',
    ],
  },
  {
    name: 'tcp-connection',
    cut: 1,
    before: 'connected',
    after: 'end close',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/tcp-connection.js:7:8',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | Server.<anonymous> (HANDLES/tcp-connection.js:8:28)',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/tcp-connection.js:7:8',
    ],
  },
  {
    name: 'agent',
    before: 'a kept connection',
    after: 'a new connection',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/agent.js:16:41',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | HANDLES/agent.js:6:26',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/agent.js:16:41',
    ],
  },
  {
    name: 'fetch',
    before: 'ok',
    after: 'ok',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/fetch.js:7:41',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | ask (HANDLES/fetch.js:3:32)',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/fetch.js:7:41',
    ],
  },
  {
    name: 'http2',
    cut: 1,
    before: 'ok',
    after: 'ok close',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/http2.js:12:41',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | HANDLES/http2.js:7:21',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/http2.js:12:41',
    ],
  },
  {
    name: 'tls',
    cut: 1,
    before: 'hello',
    after: 'hello',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | HANDLES/tls.js:16:41',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | HANDLES/tls.js:6:24',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/tls.js:16:41',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | HANDLES/tls.js:6:24',
      'socket tcp 127.0.0.1:PORT → 127.0.0.1:PORT ESTABLISHED | adapter: closed by the engine: both ends see a clean end | server of HANDLES/tls.js:16:41',
    ],
  },
  {
    name: 'udp',
    before: 'hello',
    after: 'hello',
    rows: [
      'socket udp 127.0.0.1:PORT | engine: bound again | exports.openIt (HANDLES/udp.js:5:17)',
      'socket udp 127.0.0.1:PORT → 127.0.0.1:PORT | engine: bound again | exports.openIt (HANDLES/udp.js:6:21)',
    ],
  },
  {
    name: 'multicast',
    before: 'hello',
    after: 'hello',
    rows: ['socket udp 0.0.0.0:PORT | engine: bound again | exports.openIt (HANDLES/multicast.js:5:18)'],
  },
  {
    name: 'unix-server',
    before: 'hello',
    after: 'hello',
    rows: [
      'socket unix server.sock LISTEN | engine: listens again at the same path | HANDLES/unix-server.js:3:78',
    ],
  },
  {
    name: 'unix-inside',
    before: 'still connected',
    after: 'still connected',
    rows: [
      'socket unix server.sock LISTEN | engine: listens again at the same path | HANDLES/unix-inside.js:7:8',
      'socket unix ESTABLISHED | engine: connected inside the program, and stays so | Server.<anonymous> (HANDLES/unix-inside.js:8:22)',
      'socket unix server.sock ESTABLISHED | engine: connected inside the program, and stays so | server of HANDLES/unix-inside.js:7:8',
    ],
  },
  {
    name: 'child-pipes',
    before: 'through cat',
    after: 'through cat',
    rows: [
      'socket unix ESTABLISHED | engine: connected inside the program, and stays so | child of exports.openIt (HANDLES/child-pipes.js:4:11)',
      'socket unix ESTABLISHED | engine: connected inside the program, and stays so | child of exports.openIt (HANDLES/child-pipes.js:4:11)',
      'socket unix ESTABLISHED | engine: connected inside the program, and stays so | child of exports.openIt (HANDLES/child-pipes.js:4:11)',
      "child's socket unix ESTABLISHED | engine: connected inside the program, and stays so | -",
      "child's socket unix ESTABLISHED | engine: connected inside the program, and stays so | -",
      "child's socket unix ESTABLISHED | engine: connected inside the program, and stays so | -",
    ],
  },
  {
    name: 'child-ipc',
    before: 'hello from the child',
    after: 'hello from the child',
    rows: [
      'socket unix ESTABLISHED | engine: connected inside the program, and stays so | child of exports.openIt (HANDLES/child-ipc.js:6:11)',
      "child's character /dev/null | engine: a device without state | -",
      "child's socket unix ESTABLISHED | engine: connected inside the program, and stays so | -",
    ],
  },
  {
    name: 'worker',
    before: 'hello from the Worker',
    after: 'hello from the Worker',
    rows: [],
  },
  {
    name: 'inspector',
    before: 'node',
    after: 'node',
    rows: [
      'socket tcp 127.0.0.1:PORT LISTEN | engine: listens again on the same port, or on the one that --listen names | the inspector',
    ],
  },
  {
    name: 'native',
    before: 'pipe, eventfd 3, socket open',
    after: 'pipe, eventfd 3, socket open',
    rows: [
      'pipe pipe:[INODE] | engine: both ends are inside the program | native open_channels+OFFSET (leaks.node)',
      'pipe pipe:[INODE] | engine: both ends are inside the program | native open_channels+OFFSET (leaks.node)',
      'eventfd anon_inode:[eventfd] | engine: the engine restores event counters | native open_channels+OFFSET (leaks.node)',
      'socket unknown | engine: a socket without an address | native open_channels+OFFSET (leaks.node)',
    ],
  },
];
