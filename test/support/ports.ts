import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';

/** The range that ports are taken from: below those that the kernel gives to outgoing connections (32768 and up). */
const [FIRST, BEHIND] = [27_000, 32_700];

/** Tells whether a server can listen on this port. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', ({ code }: NodeJS.ErrnoException) =>
      code === 'EADDRINUSE' ? resolve(false) : reject(new Error(`${port}: ${code}`)),
    );
    server.listen(port, () => server.close(() => resolve(true)));
  });

/** Binds the UDP port of the same number, which no test uses: no other worker gets the port while this one runs. */
const claim = (port: number): Promise<Socket | undefined> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      socket.close();
      if (code === 'EADDRINUSE') resolve(undefined);
      else reject(new Error(`${port}: ${code}`));
    });
    socket.bind(port, '127.0.0.1', () => resolve(socket.unref()));
  });

async function take(first: number, count: number): Promise<Socket[] | undefined> {
  const claims: Socket[] = [];
  for (let port = first; port < first + count; port++) {
    const socket = await claim(port);
    if (socket) claims.push(socket);
    if (socket && (await isFree(port))) continue;
    for (const each of claims) each.close();
    return undefined;
  }
  return claims;
}

/** Finds that many consecutive free ports, given to no other worker while this one runs, and returns the first. */
export async function freePorts(count = 1): Promise<number> {
  const blocks = Math.floor((BEHIND - FIRST) / count);
  const begin = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const first = FIRST + ((begin + i) % blocks) * count;
    if (await take(first, count)) return first;
  }
  throw new Error(`no ${count} consecutive ports are free between ${FIRST} and ${BEHIND}`);
}
