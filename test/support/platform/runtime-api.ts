import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** One request as it came, byte by byte. */
export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

const BASE = '/2018-06-01/runtime';

interface Waiting {
  socket: Socket;
  path: string;
}

/**
 * Lambda's Runtime API, with the routes of a function that has SnapStart. It speaks HTTP/1.1 over plain sockets, so that
 * what a client sends is seen as it is sent. What blocks in Lambda blocks here until the test answers.
 */
export class RuntimeApi {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: Waiting[] = [];
  readonly #watchers = new Set<() => void>();
  #given = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<RuntimeApi> {
    const server = createServer();
    const api = new RuntimeApi(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The requests so far, as `METHOD path`. */
  get lines(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path.replace(BASE, '')}`);
  }

  /** Waits until somebody waits for an answer to this request. */
  async blocked(path: string): Promise<void> {
    await this.#until(() => this.#waiting.some((each) => each.path === BASE + path));
  }

  /** Answers as Lambda does when it has made its snapshot, and this is a copy. */
  async restore(status = '200 OK'): Promise<void> {
    await this.blocked('/restore/next');
    this.#answer('/restore/next', status, {}, '');
  }

  /** Hands an invocation out, and resolves with what the function answers. */
  async invoke(event: unknown): Promise<Asked> {
    await this.blocked('/invocation/next');
    const id = `invocation-${++this.#given}`;
    this.#answer(
      '/invocation/next',
      '200 OK',
      {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': id,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60_000),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-central-1:123456789012:function:counter:1',
        'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0',
      },
      JSON.stringify(event),
    );
    return this.request(`/invocation/${id}/`);
  }

  /** Waits for a request that begins so. */
  async request(start: string): Promise<Asked> {
    const find = () => this.asked.find(({ path }) => path.startsWith(BASE + start));
    await this.#until(() => find() !== undefined);
    return find() as Asked;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #answer(path: string, status: string, headers: Record<string, string>, body: string): void {
    const at = this.#waiting.findIndex((each) => each.path === BASE + path);
    const [{ socket }] = this.#waiting.splice(at, 1) as [Waiting];
    socket.write(responseOf(status, headers, body));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      for (const each of this.#waiting.filter((one) => one.socket === socket))
        this.#waiting.splice(this.#waiting.indexOf(each), 1);
    });
    socket.on('error', () => socket.destroy());
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      rest += text;
      for (let found = requestIn(rest); found !== undefined; found = requestIn(rest)) {
        rest = rest.slice(found.length);
        this.#take(found.asked, socket);
      }
    });
  }

  #take(asked: Asked, socket: Socket): void {
    this.asked.push(asked);
    const path = asked.path.replace(BASE, '');
    const blocks = asked.method === 'GET' && ['/restore/next', '/invocation/next'].includes(path);
    if (blocks) this.#waiting.push({ socket, path: asked.path });
    else socket.write(responseOf('202 Accepted', { 'Content-Type': 'application/json' }, '{"status":"OK"}'));
    for (const watcher of this.#watchers) watcher();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }
}

function responseOf(status: string, headers: Record<string, string>, body: string): string {
  const all = { ...headers, 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n');
}

/** Returns the first whole request; bodies of clients have a length or come in chunks. */
function requestIn(text: string): { asked: Asked; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 1).trim(),
    ]),
  );
  const start = end + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    const last = text.indexOf('0\r\n\r\n', start);
    if (last < 0) return undefined;
    const body = text
      .slice(start, last)
      .replace(/(^|\r\n)[0-9a-f]+\r\n/g, '')
      .replace(/\r\n$/, '');
    return { asked: { method, path, headers, body }, length: last + 5 };
  }
  const size = Number(headers['content-length'] ?? 0);
  if (Buffer.byteLength(text.slice(start)) < size) return undefined;
  const body = Buffer.from(text.slice(start)).toString('utf8', 0, size);
  return { asked: { method, path, headers, body }, length: start + body.length };
}
