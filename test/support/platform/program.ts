import { createConnection } from 'node:net';
import { join } from 'node:path';
import { pause, ROOT, type Running } from '../crac.ts';
import { place } from '../own-place.ts';
import { freePorts } from '../ports.ts';

export const PORT = await freePorts();
const PRELOAD = join(ROOT, 'dist/platform.cjs');
export const PROGRAM = join(ROOT, 'test/fixtures/library/platform-server.cjs');

export const start = (environment: NodeJS.ProcessEnv = {}, ...args: string[]): Running =>
  place.start(process.execPath, ['--require', PRELOAD, PROGRAM, ...args], {
    env: { PORT: String(PORT), GREETING: 'hello', ...environment },
  });

export async function listening(running: Running): Promise<string> {
  await running.line(/listening/);
  return String(running.pid);
}

export const notify = (...words: string[]) => place.crac('notify', ...words);

/** The program's own lines, without the one that says that it listens. */
export const said = (running: Running): string[] =>
  running
    .stdout()
    .split('\n')
    .filter((line) => line !== '' && line !== 'listening');

export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await pause(10))
    if (Date.now() > end) throw new Error('the condition does not come true');
}

/** As curl does it, for what fetch cannot send. */
export function ask(path: string, headers: Record<string, string> = {}, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(PORT, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.on('close', () =>
      resolve(
        `${/ (\d+) /.exec(text)?.[1]} ${text.slice(text.indexOf('\r\n\r\n') + 4)}`.replace(/\r\n|^0$/g, ''),
      ),
    );
    socket.on('error', reject);
    const all = { host: 'localhost', connection: 'close', 'content-length': String(body.length), ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
  });
}
