import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, PROGRAMS, pause } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

/** One request on a connection of its own. */
const ask = (at: { port: number } | { socketPath: string }): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ ...at, host: '127.0.0.1', agent: false, headers: { connection: 'close' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    })
      .on('error', reject)
      .end();
  });

test.each(['a port', 'a unix socket'])(
  'a busy server on %s: its clients wait while a checkpoint is made, and each gets its answer',
  async (kind) => {
    const socketPath = place.path('busy.sock');
    const [at, AT] = kind === 'a port' ? [{ port: PORT }, String(PORT)] : [{ socketPath }, socketPath];
    const program = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'busy-server.mjs')], {
      env: { AT },
    });
    await program.line(/listening/);
    const errors: string[] = [];
    let done = 0;
    let isOver = false;
    const client = async () => {
      while (!isOver)
        await ask(at).then(
          () => done++,
          (error: Error) => errors.push(error.message),
        );
    };
    const clients = Array.from({ length: 8 }, client);
    for (let i = 0; i < 3; i++) {
      const before = done;
      while (done < before + 50) await pause(5);
      expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
    }
    const before = done;
    while (done < before + 50) await pause(5);
    isOver = true;
    await Promise.all(clients);
    expect(errors).toEqual([]);
    program.child.kill('SIGKILL');
  },
  120_000,
);
