import { mkdirSync, writeFileSync } from 'node:fs';
import type { Place } from '../crac.ts';
import { type Application, askJson } from './application.ts';
import { ownFiles } from './restore.ts';

const directory = (place: Place): string => place.path('data');

interface Post {
  id: number;
  title: string;
}

const posts = (port: number, title = ''): Promise<Post[]> =>
  askJson(port, `/posts${title && `?title=${title}`}`);

const post = (port: number, title: string): Promise<Post> => askJson(port, '/posts', { title });

/** Makes the application json-server: REST over a file, by its command line. Nobody logs in. */
export const jsonServer = (entry: string, port: number): Application => ({
  port,
  logins: 0,
  ready: '/posts',
  paths: ['/', '/posts'],
  warm: ['--warm', '/posts', '--count', '50'],
  // Nothing is made by the load: json-server writes its file after the answer, and a checkpoint meanwhile is refused.
  // Each copy keeps the whole content in memory, and writes all of it.
  own: directory,
  stored: (place) => ownFiles(directory(place)),
  diesBy: 'SIGTERM',
  begin(place) {
    const database = `${directory(place)}/db.json`;
    mkdirSync(directory(place), { recursive: true });
    writeFileSync(database, JSON.stringify({ posts: [] }));
    return { words: [entry, '--port', String(port), database], env: {} };
  },
  async create(at, _, title) {
    const before = await posts(at);
    const { id } = await post(at, title);
    // json-server counts, so ids of copies are the same; the title is what differs.
    if (id !== before.length + 1) throw new Error(`post ${id} after ${before.length}`);
    return title;
  },
  read: (at, _, title) => posts(at, title),
});
