import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson, Place, pause, type Running } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Nats, natsMissing } from '../../support/servers/nats.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);

const reason = natsMissing();
let server: Nats;
let ofAll: Place;
let echo: Running;

describe.skipIf(reason)(`NATS${reason ? `: skipped, ${reason}` : ''}`, () => {
  beforeAll(async () => {
    const { messaging } = await apps('messaging');
    server = await Nats.begin(SERVER);
    ofAll = new Place();
    const script = join(dirname(messaging), 'echo.js');
    echo = ofAll.start(process.execPath, [script], { env: { NATS_URL: server.url } });
    await echo.line(/ready/);
  }, 300_000);
  afterAll(async () => {
    echo?.child.kill('SIGKILL');
    ofAll?.close();
    await server?.close();
  });

  const both = [PORT, PORT + 1];

  test.each(['nats', 'nats-io'])(
    '%s: two copies under load get the answers to what they asked, and no others',
    async (name) => {
      const stores = await Stores.ofApp('messaging', PORT, name);
      const program = await stores.start(place, image, { NATS_URL: server.url, EVERY: '5' });
      const inbox = async (port: number) => (await getJson<{ inbox: string }>(port, `/${name}/count`)).inbox;
      const before = await inbox(PORT);
      for (let i = 0; i < 2; i++)
        expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({
          code: 0,
          stderr: '',
        });
      expect(await inbox(PORT)).toBe(before);
      await checkpoint(place, program, image);
      const copies = restoreWith(place, { image, port: PORT }, [{}, {}]);
      await Promise.all(both.map((port) => stores.work(port, 500)));
      for (const port of both) await stores.expectNoErrors(port);
      const inboxes = await Promise.all(both.map(inbox));
      expect(new Set([before, ...inboxes]).size).toBe(3);
      await end(place, copies);
    },
    120_000,
  );

  test.each(['nats', 'nats-io'])(
    '%s: two copies take from one stream, each order once',
    async (name) => {
      const stores = await Stores.ofApp('messaging', PORT, name);
      const program = await stores.start(place, image, {
        NATS_URL: server.url,
        NATS_STREAM: '1',
        EVERY: '1000',
      });
      await checkpoint(place, program, image);
      const copies = restoreWith(place, { image, port: PORT }, [{}, {}]);
      const before = await getJson<{ taken: [string, number][] }>(PORT, `/${name}/taken`);
      await Promise.all(both.map((port) => stores.work(port, 200)));
      const taken = async () => {
        const all = await Promise.all(
          both.map((port) => getJson<{ taken: [string, number][]; errors: number }>(port, `/${name}/taken`)),
        );
        expect(all.map(({ errors }) => errors)).toEqual([0, 0]);
        // What was taken before the checkpoint both remember.
        return [...before.taken, ...all.flatMap((each) => each.taken.slice(before.taken.length))];
      };
      while ((await taken()).length < before.taken.length + 400) await pause(50);
      const ids = (await taken()).map(([id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect((await taken()).every(([, times]) => times === 1)).toBe(true);
      await end(place, copies);
    },
    120_000,
  );
});
