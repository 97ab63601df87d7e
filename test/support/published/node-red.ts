import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Place, pause } from '../crac.ts';
import { type Application, ask, askJson } from './application.ts';
import { ownFiles } from './restore.ts';

const userDirectory = (place: Place): string => place.path('user');

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The part of `ws` that is used here: the tests run on Node 20, which has no WebSocket of its own. */
interface Socket {
  on(event: 'close', listener: (code: number) => void): void;
  on(event: 'message', listener: (data: unknown) => void): void;
  on(event: 'open', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  send(text: string): void;
}

/** The connection that the editor in a browser keeps open all the time. */
class Editor {
  readonly socket: Socket;
  /** The code with which the server has closed it. */
  readonly closed: Promise<number>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  /** Resolves when the server has let it in. */
  static async open(entry: string, port: number, token: string): Promise<Editor> {
    const WebSocket = createRequire(entry)('ws') as new (url: string) => Socket;
    const editor = new Editor(new WebSocket(`ws://127.0.0.1:${port}/comms`));
    await new Promise<void>((resolve, reject) => {
      editor.socket.on('error', reject);
      editor.socket.on('open', () => editor.socket.send(JSON.stringify({ auth: token })));
      editor.socket.on('message', (data) => {
        if (String(data).includes('"auth":"ok"')) resolve();
      });
    });
    return editor;
  }
}

/** A function that counts the requests that ask for it, and keeps the number in the memory of the flow. */
const COUNT = "const n = (flow.get('n') ?? 0) + ('add' in msg.req.query); flow.set('n', n);";

/** Makes the application Node-RED: the editor's API, and flows with an HTTP-in node that it deploys. */
export const nodeRed = (entry: string, port: number, node: string): Application => ({
  port,
  // Node-RED lets nobody try it more than five times at once.
  logins: 3,
  ready: '/',
  paths: ['/', '/hello/before', '/red/red.min.js'],
  make: (at) => askJson(at, '/hello/before?add'),
  count: async (at) => (await askJson<{ n: number }>(at, '/hello/before')).n,
  warm: ['--warm', '/', '--warm', '/red/red.min.js', '--count', '50'],
  // Two copies write `.sessions.json.$$$` at once and rename it: one of them ends with an uncaught ENOENT.
  own: userDirectory,
  stored: (place) => ownFiles(userDirectory(place)),
  connect: (at, token) => Editor.open(entry, at, token),
  begin(place) {
    const settings = place.path('settings.js');
    mkdirSync(userDirectory(place), { recursive: true });
    copyFileSync(join(dirname(entry), '../../settings.js'), settings);
    return {
      words: [entry, '--settings', settings, '--userDir', userDirectory(place)],
      env: { CRAC_NODE: node },
    };
  },
  async login(at) {
    const body = new URLSearchParams({
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '*',
      username: 'admin',
      password: 'correct horse',
    });
    const answer = await ask(at, '/auth/token', { method: 'POST', body });
    return (JSON.parse(answer) as { access_token: string }).access_token;
  },
  async create(at, token, name) {
    const nodes = [
      { id: `${name}-in`, type: 'http in', url: `/hello/${name}`, method: 'get', wires: [[`${name}-do`]] },
      {
        id: `${name}-do`,
        type: 'function',
        func: `${COUNT} msg.payload = { hello: '${name}', n }; return msg;`,
        outputs: 1,
        wires: [[`${name}-out`]],
      },
      { id: `${name}-out`, type: 'http response', wires: [] },
    ];
    const flow = { label: name, nodes, configs: [] };
    const { id } = await askJson<{ id: string }>(at, '/flow', flow, bearer(token));
    // Node-RED answers when the flow is stored, and starts it after that.
    for (const until = Date.now() + 60_000; Date.now() < until; await pause(20)) {
      const { status } = await fetch(`http://127.0.0.1:${at}/hello/${name}`, { method: 'HEAD' });
      if (status !== 404) break;
    }
    return id;
  },
  async read(at, token, id) {
    const flow = await askJson<{ label: string }>(at, `/flow/${id}`, undefined, bearer(token));
    const { hello } = await askJson<{ hello: string }>(at, `/hello/${flow.label}`);
    return { flow, hello };
  },
});
