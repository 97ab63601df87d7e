import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../../support/ports.ts';
import { mended } from './case.ts';
import { alone, without, withPrinted } from './desk.ts';
import { holding } from './programs.ts';

const PORT = await freePorts(8);

const server = (port: number, more = ''): string =>
  `require('net').createServer().listen(${port}, '127.0.0.1', () => { ready(); ${more} });`;

function connected(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {}); // the server's end may be reset
  return new Promise((resolve) => client.on('connect', () => resolve(client)));
}

const closed = (other: Server): Promise<unknown> => new Promise((resolve) => other.close(resolve));

mended('CRIU_TCP_CONNECTED', 'an open TCP connection', 'criu dump --tcp-close', async (desk, explained) => {
  const program = await desk.program(server(PORT));
  const client = await connected(PORT);
  const { remedy } = explained(await desk.dump(program.pid, ['--network-lock', 'skip']));
  const image = await desk.dumpsAs(remedy, program, [], '--network-lock skip');
  await desk.restoresAs(remedy, image);
  client.destroy();
});

mended(
  'CRIU_TCP_IN_FLIGHT',
  'a connection that was not accepted yet',
  'criu dump --skip-in-flight',
  async (desk, explained) => {
    const blocked = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
    const program = await desk.program(server(PORT + 1, blocked));
    const client = await connected(PORT + 1);
    const { remedy } = explained(await desk.dump(program.pid));
    await desk.dumpsAs(remedy, program);
    client.destroy();
  },
);

mended(
  'CRIU_TCP_IN_IMAGE',
  'an image with TCP connections, restored without a word about them',
  'criu restore --tcp-close',
  async (desk, explained) => {
    const program = await desk.program(
      `require('net').createServer().listen(${PORT + 2}, '127.0.0.1', () =>
         require('net').connect(${PORT + 2}, '127.0.0.1', ready))`,
    );
    const image = await desk.dumped(program, ['--tcp-close', '--network-lock', 'skip']);
    const { remedy } = explained(await desk.restore(image));
    await desk.restoresAs(remedy, image);
  },
);

mended(
  'CRIU_TCP_REPAIR_DENIED',
  'an open TCP connection to be kept, without CAP_NET_ADMIN',
  'docker run --cap-add NET_ADMIN',
  async (desk, explained) => {
    const program = await desk.program(server(PORT + 3));
    const client = await connected(PORT + 3);
    const options = ['--tcp-established', '--network-lock', 'skip'];
    const { remedy } = explained(await desk.dump(program.pid, options, without('net_admin')));
    await desk.dumped(program, options, withPrinted(remedy, ['net_admin']));
    client.destroy();
  },
);

mended(
  'CRIU_HELPER_MISSING',
  'an open TCP connection to be kept, without iptables',
  'criu dump --network-lock skip',
  async (desk, explained) => {
    const program = await desk.program(server(PORT + 4));
    const client = await connected(PORT + 4);
    const { remedy } = explained(
      await desk.dump(program.pid, ['--tcp-established'], ['env', 'PATH=/nowhere']),
    );
    await desk.dumpsAs(remedy, program, [], '--tcp-established');
    client.destroy();
  },
);

mended('CRIU_PORT_TAKEN', 'a port that is taken', 'unshare --net', async (desk, explained) => {
  const program = await desk.program(server(PORT + 5));
  const image = await desk.dumped(program);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(PORT + 5, '127.0.0.1', resolve));
  const { remedy } = explained(await desk.restore(image));
  await desk.restoresAs(remedy, image);
  await closed(other);
});

mended(
  'CRIU_PORT_DENIED',
  'a port below 1024, without CAP_NET_BIND_SERVICE',
  'docker run --cap-add NET_BIND_SERVICE',
  async (desk, explained) => {
    const program = await desk.program(server(957));
    const image = await desk.dumped(program);
    const { remedy } = explained(await desk.restore(image, [], alone(without('net_bind_service'))));
    await desk.restores(image, [], alone(withPrinted(remedy, ['net_bind_service'])));
  },
);

mended(
  'CRIU_ADDRESS_GONE',
  'a server on an address that was taken away',
  'ip address add 192.0.2.77 dev lo',
  async (desk, explained) => {
    const port = PORT + 6;
    await desk.done(`ip address add 192.0.2.77 dev lo`);
    try {
      const program = await desk.program(
        `require('net').createServer().listen(${port}, '192.0.2.77', ready)`,
      );
      const image = await desk.dumped(program);
      await desk.done(`ip address del 192.0.2.77/32 dev lo`);
      const { remedy } = explained(await desk.restore(image));
      await desk.done(remedy);
      await desk.restores(image);
    } finally {
      await desk.sh(`ip address del 192.0.2.77/32 dev lo`);
    }
  },
);

mended(
  'CRIU_NET_ADMIN',
  'the buffers of a listening socket, without CAP_NET_ADMIN',
  'docker run --cap-add NET_ADMIN',
  async (desk, explained) => {
    // It must not have had the capability itself: what it had must be given back to it.
    const program = await desk.program(server(PORT + 7), { wrapper: without('net_admin') });
    const image = await desk.dumped(program);
    const { remedy } = explained(await desk.restore(image, [], alone(without('net_admin'))));
    await desk.restores(image, [], alone(withPrinted(remedy, ['net_admin'])));
  },
);

mended(
  'CRIU_SOCKET_UNSUPPORTED',
  'an MPTCP socket',
  'Close it before the checkpoint',
  async (desk, explained) => {
    const { program, release } = await holding(desk, 'mptcp');
    explained(await desk.dump(program.pid));
    await release();
    await desk.dumped(program);
  },
);
