import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
/** Resolves when the answer has begun: the request is in flight. (In an object: a promise would be awaited whole.) */
async function ask(milliseconds: number): Promise<{ answer: Promise<string> }> {
  const response = await fetch(`http://127.0.0.1:${PORT}/?ms=${milliseconds}`);
  return { answer: response.text().catch((error: Error) => error.message) };
}

test('requests in flight are finished before the dump', async () => {
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'slow-server.js')], {
    env: { PORT: String(PORT) },
  });
  await run.line(/listening on/);
  const asked = [await ask(900), await ask(1500)];
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual([
    'begun, done 1\n',
    'begun, done 2\n',
  ]);
  await run.ended;

  const restore = place.start(CRAC, ['restore', image]);
  expect(await get(PORT, '/?ms=1')).toBe('begun, done 3\n');
  restore.child.kill('SIGTERM');
  await restore.ended;
});

/** Resolves when the answer has begun, over one connection of HTTP/2. */
function askHttp2(
  session: ReturnType<typeof connect>,
  milliseconds: number,
): Promise<{ answer: Promise<string> }> {
  const request = session.request({ ':path': `/?ms=${milliseconds}` }).setEncoding('utf8');
  const answer = new Promise<string>((resolve, reject) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => resolve(text)).on('error', reject);
  });
  return new Promise((resolve) => request.once('response', () => resolve({ answer })));
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

test('requests in flight over HTTP/2 are finished, too', async () => {
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'slow-server.js'), 'http2'], {
    env: { PORT: String(PORT + 1) },
  });
  await run.line(/listening on/);
  const session = connect(`http://127.0.0.1:${PORT + 1}`);
  session.on('error', () => session.destroy());
  const asked = [await askHttp2(session, 900), await askHttp2(session, 1500)];
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual([
    'begun, done 1\n',
    'begun, done 2\n',
  ]);
  await run.ended;
  session.destroy();

  place.start(CRAC, ['restore', image]);
  await expect.poll(() => isListening(PORT + 1)).toBe(true);
  const again = connect(`http://127.0.0.1:${PORT + 1}`);
  again.on('error', () => again.destroy());
  expect(await (await askHttp2(again, 1)).answer).toBe('begun, done 3\n');
  again.destroy();
});
