import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CRAC, type Ended, get, Place, pause } from '../support/crac.ts';
import { freePorts } from '../support/ports.ts';
import { onlyCriu } from '../support/which-engine.ts';

/** Nothing that a restore waits for keeps it for ever. */

const PORT = await freePorts(12);
const OTHER = PORT + 1;
const FREE = PORT + 5;
const SHARED = PORT + 8;
let place: Place;
let image: string;

/** It listens on one port at two addresses, and on a second port. */
const PROGRAM = `
  const http = require('http');
  const answer = (q, s) => s.end('ok');
  http.createServer(answer).listen(${PORT}, '127.0.0.1');
  http.createServer(answer).listen(${OTHER}, '127.0.0.1');
  http.createServer(answer).listen(${PORT}, '::1', () => console.log('up'));`;

beforeAll(async () => {
  place = new Place();
  image = place.path('image');
  writeFileSync(place.path('app.js'), PROGRAM);
  const program = place.start(CRAC, ['run', '--image', image, 'app.js']);
  await program.line(/up/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
});
afterAll(() => place.close());

const shown = ({ code, stderr }: Ended): string => `${code}: ${stderr}`.replaceAll(place.directory, 'HERE');

async function restores(...options: string[]): Promise<void> {
  const restored = place.start(CRAC, ['restore', image, ...options]);
  const moved = options.join(' ').match(new RegExp(`${PORT}=(\\d+)`))?.[1];
  expect(await get(Number(moved ?? PORT))).toBe('ok');
  restored.child.kill('SIGTERM');
  await restored.ended;
}

let number = 0;
/** Something at the place of a file that a restore reads. */
function instead(make: (path: string) => void): string {
  const path = place.path(`instead-${++number}`);
  make(path);
  return path;
}

const fifo = (path: string): void => void execFileSync('mkfifo', [path]);

describe('ports', () => {
  test('one port at two addresses', async () => {
    await restores();
    await restores('--share-ports');
    await restores('--listen', `${PORT}=${FREE}`);
  });

  test('two ports that would meet at one', async () => {
    const ended = await place.crac(
      'restore',
      image,
      '--listen',
      `${PORT}=${FREE}`,
      '--listen',
      `${OTHER}=${FREE}`,
    );
    expect(shown(ended)).toBe(
      `2: crac: --listen: the image listens on the ports ${PORT} and ${OTHER} of 127.0.0.1, and both cannot become ${FREE}; move them
to different ports
`,
    );
    expect(shown(await place.crac('restore', image, '--listen', `${PORT}=${OTHER}`))).toContain(
      'both cannot become',
    );
    const twice = await place.crac(
      'restore',
      image,
      '--listen',
      `${PORT}=${FREE}`,
      '--listen',
      `${PORT}=${OTHER}`,
    );
    expect(shown(twice)).toBe(
      `2: crac: --listen ${PORT}=${FREE} and --listen ${PORT}=${OTHER}: one port cannot be moved to two\n`,
    );
    await restores('--listen', `${PORT}=${OTHER}`, '--listen', `${OTHER}=${PORT}`); // no meeting
  });

  test('another restore that has the lock of a port', async () => {
    const lock = place.path('run', 'ports.lock');
    const holder = place.start('python3', [
      '-c',
      `import fcntl, struct, time
f = open(${JSON.stringify(lock)}, 'r+')
fcntl.fcntl(f, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, ${OTHER}, 1, 0))
print('locked', flush=True)
time.sleep(1000)`,
    ]);
    await holder.line(/locked/);
    expect(shown(await place.crac('restore', image, '--timeout', '1'))).toBe(
      `74: crac: another restore that listens on port ${OTHER} is not done (\`crac ps\` lists what runs), and the 1 s of --timeout are over; give it longer with --timeout\n`,
    );
    holder.child.kill('SIGKILL');
    await holder.ended;
    await restores();
  });

  test('again right after the last copy was killed', async () => {
    for (let times = 0; times < 5; times++) {
      const killed = place.start(CRAC, ['restore', image]);
      expect(await get(PORT)).toBe('ok');
      killed.child.kill('SIGKILL');
      await restores(); // its sockets are closed only in a moment
    }
  });

  test('a port that stays taken is refused', async () => {
    const server = createServer().listen(PORT, '127.0.0.1');
    await once(server, 'listening');
    expect(shown(await place.crac('restore', image))).toContain(
      `73: crac: port ${PORT} is taken (127.0.0.1:${PORT}`,
    );
    server.close();
    await once(server, 'close');
  });

  test('copies that share a port and are started at once', async () => {
    const shared = place.path('shared');
    writeFileSync(
      place.path('shared.js'),
      `require('http').createServer((q, s) => s.end('shared')).listen(${SHARED}, '127.0.0.1', () => console.log('up'));`,
    );
    const program = place.start(CRAC, ['run', '--image', shared, 'shared.js']);
    await program.line(/up/);
    expect(await place.crac('checkpoint', shared)).toMatchObject({ code: 0, stderr: '' });
    await program.ended;
    const copies = Array.from({ length: 4 }, () => place.start(CRAC, ['restore', shared, '--share-ports']));
    const said = () => copies.map(({ stderr }) => stderr()).join('');
    const running = () =>
      JSON.parse(execFileSync(CRAC, ['ps', '--json'], { env: environment() }).toString()).length;
    while (running() < 4 && copies.every(({ child }) => child.exitCode === null)) await pause(50);
    expect(await get(SHARED)).toBe('shared');
    expect(said()).toBe('');
    expect(copies.map(({ child }) => child.exitCode)).toEqual([null, null, null, null]);
    for (const { child } of copies) child.kill('SIGTERM');
    await Promise.all(copies.map(({ ended }) => ended));
  });
});

const environment = () => ({ ...process.env, CRAC_RUNTIME_DIR: place.path('run') });

describe('files that never come to an end', () => {
  const imageWith = (make: (path: string) => void): string =>
    instead((path) => {
      mkdirSync(path);
      make(`${path}/restore.conf`);
    });

  test('restore.conf', async () => {
    expect(shown(await place.crac('restore', imageWith(fifo)))).toMatch(
      /^72: crac: HERE\/instead-\d+\/restore.conf is a named pipe; an image has nothing but files of its own/,
    );
    expect(
      shown(
        await place.crac(
          'restore',
          imageWith((path) => symlinkSync('/dev/zero', path)),
        ),
      ),
    ).toContain('is a symbolic link');
    const endless = imageWith((path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 40);
    });
    expect(shown(await place.crac('restore', endless))).toMatch(
      /^72: crac: cannot read .*: File too large; make/,
    );
  });

  test('--env-file', async () => {
    const option = async (path: string) =>
      shown(await place.crac('restore', image, '--timeout', '1', '--env-file', path));
    expect(await option(instead(fifo))).toMatch(
      /^74: crac: --env-file HERE\/instead-\d+: nothing more comes from there, and the 1 s of --timeout are over/,
    );
    expect(await option('/dev/zero')).toBe(
      '2: crac: --env-file /dev/zero: more than 16777216 bytes; an environment of that size cannot be given\n',
    );
    expect(await option(instead((path) => writeFileSync(path, 'A=1\0\n')))).toMatch(
      /: it holds a NUL byte\n$/,
    );
  });

  test('--env-file from a pipe of the shell works', async () => {
    const words = ['-c', `exec ${CRAC} restore ${image} --env-file <(sleep 0.2; echo A=1)`];
    const restored = place.start('bash', words);
    expect(await get(PORT)).toBe('ok');
    restored.child.kill('SIGTERM');
    await restored.ended;
  });

  test('--policies', async () => {
    const ended = await place.crac('restore', image, '--timeout', '2', '--policies', instead(fifo));
    expect(shown(ended)).toMatch(
      /^74: crac: the rules of --policies HERE\/instead-\d+ are not read, and the 2 s of --timeout are over/,
    );
  });

  test('files of the image', async () => {
    for (const name of ['files.img', 'crac-memory.img', 'crac-addon.node', 'manifest.json', 'more']) {
      const copy = instead((path) => execFileSync('cp', ['-a', image, path]));
      rmSync(`${copy}/${name}`, { force: true });
      fifo(`${copy}/${name}`);
      const ended = await place.crac('restore', copy, '--listen', `${PORT}=${FREE}`);
      expect(shown(ended)).toContain(`/${name} is a named pipe`);
      expect(ended.code).toBe(72);
      expect(shown(await place.crac('inspect', copy))).toContain(`/${name} is a named pipe`);
    }
  });

  onlyCriu('its engine is another program').test('an engine that never ends', async () => {
    const copy = instead((path) => execFileSync('cp', ['-a', image, path]));
    const engine = instead((path) => writeFileSync(path, '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 }));
    execFileSync('sed', ['-i', `s|^criu .*|criu ${engine}|`, `${copy}/restore.conf`]);
    const ended = await place.crac('restore', copy, '--timeout', '1');
    expect(ended.code).toBe(74);
    expect(ended.stderr).toContain(
      'the engine did not finish within 1 s and was ended; give it longer with --timeout',
    );
  });
});

test('--env-file with the line ends of Windows', async () => {
  const file = instead((path) => writeFileSync(path, '# a comment\r\n\r\nMORE=one\r\nEMPTY=\r\n'));
  writeFileSync(
    place.path('env.js'),
    `setInterval(() => process.env.MORE && (console.log(JSON.stringify([process.env.MORE, process.env.EMPTY])), process.exit()), 10);
     console.log('up');`,
  );
  const program = place.start(CRAC, ['run', '--image', place.path('env'), 'env.js']);
  await program.line(/up/);
  expect(await place.crac('checkpoint', place.path('env'))).toMatchObject({ code: 0 });
  await program.ended;
  const { stdout, stderr } = await place.crac('restore', place.path('env'), '--env-file', file);
  expect({ stdout, stderr }).toEqual({ stdout: '["one",""]\n', stderr: '' });
});
