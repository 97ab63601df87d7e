import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the ports that the kernel gives to outgoing connections (32768 and up), above those that tests have fixed. */
const [FIRST, BEHIND] = [27_000, 32_700];

/** A server can listen there. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', ({ code }: NodeJS.ErrnoException) =>
      code === 'EADDRINUSE' ? resolve(false) : reject(new Error(`${port}: ${code}`)),
    );
    server.listen(port, () => server.close(() => resolve(true)));
  });

/** Takes the port of the same number for UDP, which no test uses: no other worker gets it as long as this one runs. */
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

/** The first one of as many consecutive ports, free now and given to no other worker while this one runs. */
export async function freePorts(count = 1): Promise<number> {
  const blocks = Math.floor((BEHIND - FIRST) / count);
  const begin = Math.floor(Math.random() * blocks);
  for (let i = 0; i < blocks; i++) {
    const first = FIRST + ((begin + i) % blocks) * count;
    if (await take(first, count)) return first;
  }
  throw new Error(`no ${count} consecutive ports are free between ${FIRST} and ${BEHIND}`);
}
