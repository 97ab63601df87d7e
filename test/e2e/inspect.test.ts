import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
test('inspect shows what is in an image', async () => {
  const image = place.path('image');
  const script = join(PROGRAMS, 'http-server.js');
  const run = place.start(CRAC, ['run', '--image', image, script, 'one'], { env: { PORT: String(PORT) } });
  await run.line(/listening on/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });

  const shown = await place.crac('inspect', image);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  const facts = Object.fromEntries(shown.stdout.split('\n').map((line) => line.split(/ {3,}/, 2)));
  expect(facts).toMatchObject({
    image,
    command: `${process.execPath} ${script} one`,
    ports: `127.0.0.1:${PORT}`,
  });
  expect(shown.stdout).toMatch(/^processes\n {2}\d{4,5} \(\d+ threads\)\n/m);

  const json = JSON.parse((await place.crac('inspect', image, '--json')).stdout);
  expect(json.manifest.ports).toMatchObject([{ family: 4, address: '127.0.0.1', port: PORT }]);
  expect(json.processes).toMatchObject([{ pid: expect.any(Number) }]);
});

test('inspect of what is no image', async () => {
  const empty = place.path('empty');
  mkdirSync(empty);
  const refused = (stderr: string) => ({ code: 72, signal: null, stdout: '', stderr });
  expect(await place.crac('inspect', empty)).toEqual(
    refused(`crac: ${empty} holds no image: it holds nothing\n`),
  );
  const none = place.path('none');
  expect(await place.crac('inspect', none)).toEqual(
    refused(`crac: no image at ${none}: there is no such directory\n`),
  );
  expect(await place.crac('inspect')).toMatchObject({
    code: 2,
    stderr: 'crac: name one image: crac inspect IMAGE\n',
  });
});
