import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { socketPath } from '../../../shared/protocol/socket-path.ts';
import { CLI } from '../../base/paths.ts';

/**
 * Serves the program's requests for a checkpoint, as the native launcher does (native/supervisor/parent-socket.c): `C`
 * and JSON.
 */
export function serveProgram(record: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let request = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text: string) => {
      request += text;
    });
    socket.on('end', () => {
      socket.end('K');
      if (request.startsWith('C')) startAgent(record, JSON.parse(request.slice(1)) as object);
    });
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(socketPath(record, 'parent.sock'), () => resolve(server.unref()));
  });
}

/** Starts a process of its own that carries the checkpoint out, and reports on this process's standard error. */
export function startAgent(record: string, request: object): void {
  const child = spawn(process.execPath, [CLI, '__agent', record, JSON.stringify(request)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: process.platform !== 'win32', // Ctrl-C at the terminal is the program's
  });
  child.on('error', (error) => process.stderr.write(`crac: cannot start the checkpoint: ${error.message}\n`));
  child.unref();
}
