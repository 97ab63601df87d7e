import { spawn } from 'node:child_process';
import { connect, createServer, type Server } from 'node:net';
import { EngineError, serializeError } from '../../../shared/errors/index.ts';
import { sendLine } from '../../../shared/protocol/lines.ts';
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
      if (request.startsWith('C')) startAgent(record, JSON.parse(request.slice(1)) as { call?: number });
    });
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(socketPath(record, 'parent.sock'), () => resolve(server.unref()));
  });
}

/** Rejects the program's call where its agent could not (native/supervisor/agent-ended.c); one that knows takes no notice. */
function tellOfEnd(record: string, { call }: { call?: number }, how: string): void {
  if (call === undefined) return;
  const error = new EngineError(
    `the process that was to carry out the checkpoint ended by ${how} before it had said how that went. What it said else stands in the standard error of this program. Ask again`,
  );
  const socket = connect(socketPath(record, 'app.sock'), () => {
    sendLine(socket, { op: 'refuse', call, error: serializeError(error) });
    socket.end();
  });
  socket.on('error', () => {}).unref(); // there is no program any more
}

/** Starts a process of its own that carries the checkpoint out, and reports on this process's standard error. */
export function startAgent(record: string, request: { by?: string; call?: number }): void {
  const child = spawn(process.execPath, [CLI, '__agent', record, JSON.stringify(request)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: process.platform !== 'win32', // Ctrl-C at the terminal is the program's
  });
  child.on('error', (error) => process.stderr.write(`crac: cannot start the checkpoint: ${error.message}\n`));
  child.on('exit', (code, signal) => {
    if (code !== 0) tellOfEnd(record, request, signal ? `signal ${signal}` : `exit code ${code}`);
  });
  child.unref();
}
