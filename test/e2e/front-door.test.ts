import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, PROGRAMS, pause, ROOT } from '../support/crac.ts';
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

/** What the program's hook does in a copy, until the file of GATE is there; answers say whether it has ended. */
const HOOKED = (hook: string) => `
const { existsSync } = require('node:fs');
const { createServer } = require('node:http');
const { getGlobalContext } = require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))});
const wait = () => new Promise((done) => setTimeout(done, 10));
const at = ${PORT};
let state = 'warm';
createServer((request, response) => response.end(state)).listen(at, () => console.log('listening'));
globalThis.hooks = {
  beforeCheckpoint() { state = 'asleep'; },
  async afterRestore() { ${hook}; state = 'awake'; },
};
getGlobalContext().register(globalThis.hooks);
`;

describe.each(['direct', 'criu'])('a copy by the engine %s', (engine) => {
  const isHere = engine === 'criu' || process.arch === 'x64';

  async function imageOf(hook: string): Promise<void> {
    const script = place.path('hooked.cjs');
    writeFileSync(script, HOOKED(hook));
    const program = place.start(CRAC, ['run', '--engine', engine, '--image', image, script]);
    await program.line(/listening/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    await program.ended;
  }

  test.skipIf(!isHere)('its clients wait until its hooks are done', async () => {
    await imageOf("console.log('begun'); while (!existsSync(process.env.GATE)) await wait()");
    const gate = place.path('gate');
    const copy = place.start(CRAC, ['restore', image], { env: { GATE: gate } });
    await copy.line(/begun/);
    const early = Promise.all([ask({ port: PORT }), ask({ port: PORT })]);
    await pause(700);
    writeFileSync(gate, '');
    expect(await early).toEqual(['awake', 'awake']);
    copy.child.kill('SIGKILL');
    expect((await copy.ended).stderr).toBe('');
  });

  test.skipIf(!isHere)('a hook may ask its own server', async () => {
    await imageOf("state = await (await fetch('http://127.0.0.1:' + at)).text()");
    const copy = place.start(CRAC, ['restore', image]);
    for (let answer = ''; answer !== 'awake'; ) answer = await ask({ port: PORT }).catch(() => '');
    copy.child.kill('SIGKILL');
    expect((await copy.ended).stderr).toBe('');
  });
});
