import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { mended } from './case.ts';

function connected(path: string): Promise<Socket> {
  const client = connect(path);
  client.on('error', () => {}); // the server's end may be reset
  return new Promise((resolve) => client.on('connect', () => resolve(client)));
}

/** A server of this process, outside of what is dumped; `gone` resolves when its client has left. */
async function outside(path: string): Promise<{ gone: Promise<void>; close(): void }> {
  let left = () => {};
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const server = createServer((socket) => socket.resume().on('close', left));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { gone, close: () => server.close() };
}

mended(
  'CRIU_UNIX_EXTERNAL',
  'a unix socket to a program outside',
  'Close the connection before the checkpoint',
  async (desk, explained) => {
    const path = desk.path('outside.sock');
    const server = await outside(path);
    const program = await desk.program(
      `const c = require('net').connect(${JSON.stringify(path)}, ready);
       process.on('SIGUSR2', () => c.destroy()); setInterval(() => {}, 1000);`,
    );
    explained(await desk.dump(program.pid));
    process.kill(program.pid, 'SIGUSR2');
    await server.gone;
    await desk.dumped(program);
    server.close();
  },
);

mended(
  'CRIU_UNIX_IN_FLIGHT',
  'a unix connection whose client left before it was accepted',
  'Try again; a program that is blocked never accepts',
  async (desk, explained) => {
    const [path, go, done] = [desk.path('own.sock'), desk.path('go'), desk.path('done')];
    const program = await desk.program(
      `const fs = require('fs'), gate = new Int32Array(new SharedArrayBuffer(4));
       const server = require('net').createServer((socket) => {
         socket.on('close', () => fs.writeFileSync(${JSON.stringify(done)}, '')).on('error', () => {}).resume().end();
       });
       server.listen(${JSON.stringify(path)}, () => {
         ready();
         while (!fs.existsSync(${JSON.stringify(go)})) Atomics.wait(gate, 0, 0, 20);
       });`,
    );
    (await connected(path)).destroy();
    explained(await desk.dump(program.pid));
    writeFileSync(go, '');
    await desk.done(`until test -e ${done}; do sleep 0.02; done`);
    await desk.dumped(program);
  },
);

mended('CRIU_UNIX_BIND', 'a unix server whose directory is gone', 'mkdir -p', async (desk, explained) => {
  const directory = desk.path('gone');
  mkdirSync(directory);
  const program = await desk.program(`require('net').createServer().listen('${directory}/own.sock', ready)`);
  const image = await desk.dumped(program);
  rmSync(directory, { recursive: true });
  const { remedy } = explained(await desk.restore(image));
  await desk.done(remedy);
  await desk.restores(image);
});
