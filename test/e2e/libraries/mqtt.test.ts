import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Mosquitto, mosquittoMissing } from '../../support/servers/mosquitto.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);

interface Count {
  id: string;
  heard: number;
  sent: number;
  connected: boolean;
}

const reason = mosquittoMissing();
let server: Mosquitto;

describe.skipIf(reason)(`MQTT${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.ofApp('messaging', PORT, 'mqtt');
    server = await Mosquitto.begin(SERVER);
  }, 300_000);
  afterAll(() => server?.close());

  const count = (port: number) => getJson<Count>(port, '/mqtt/count');
  const both = [PORT, PORT + 1];

  /** All was heard by each, and nobody was thrown out. */
  async function expectTwoClients(): Promise<[string, string]> {
    for (const port of both) while (!(await count(port)).connected) await pause(20);
    await Promise.all(both.map((port) => stores.work(port, 300)));
    const before = await Promise.all(both.map(count));
    for (let price = 0; price < 20; price++) server.publish('prices', String(price));
    for (const [index, port] of both.entries())
      while ((await count(port)).heard < (before[index] as Count).heard + 20) await pause(20);
    for (const port of both) await stores.expectNoErrors(port);
    expect(server.takeLog()).not.toMatch(/already connected|closed its connection|Socket error/);
    const [one, other] = await Promise.all(both.map(count));
    return [(one as Count).id, (other as Count).id];
  }

  test('two copies under load are two clients; each message comes once, and no will is published', async () => {
    const listener = await server.listen();
    const program = await stores.start(place, image, { MQTT_URL: server.url, EVERY: '10' });
    const { id } = await count(PORT);
    await checkpoint(place, program, image);
    server.takeLog();
    const copies = restoreWith(place, { image, port: PORT }, [{}, {}]);
    const [one, other] = await expectTwoClients();
    expect(new Set([id, one, other]).size).toBe(3);
    await Promise.all(both.map((port) => getJson(port, '/background/stop')));
    await stores.work(PORT, 1);
    const orders = () => listener.lines.filter((line) => line.startsWith('orders '));
    const sent = async () => {
      const [first, second] = await Promise.all(both.map(count));
      return (first as Count).sent + (second as Count).sent;
    };
    // What the program had sent before is counted in both.
    while (new Set(orders()).size < (await sent()) / 2) await pause(20);
    expect(new Set(orders()).size).toBe(orders().length);
    expect(listener.lines.filter((line) => line.startsWith('gone'))).toEqual([]);
    await end(place, copies);
    listener.close();
  }, 120_000);

  test("an id of the program's own: each copy adds to it, and the checkpoint says so", async () => {
    const env = { MQTT_URL: server.url, MQTT_CLIENT_ID: 'clerk' };
    const program = await stores.start(place, image, env);
    const made = await place.crac('checkpoint', image);
    expect(made).toMatchObject({
      code: 0,
      stderr: `crac: note: mqtt: each copy adds to the client id "clerk", as the server lets nobody have the same one twice. To choose it, give it by the environment:
  mqtt.connect(url, { clientId: process.env.MQTT_CLIENT_ID })
`,
    });
    await program.ended;
    server.takeLog();
    const copies = restoreWith(place, { image, port: PORT }, [env, { ...env, MQTT_CLIENT_ID: 'other' }]);
    const [one, other] = await expectTwoClients();
    expect([one, other]).toEqual([expect.stringMatching(/^clerk-[0-9a-f]{8}$/), 'other']);
    await end(place, copies);
  }, 120_000);

  test('a session that the server keeps is for one copy: its id is kept, and the checkpoint says so', async () => {
    const env = { MQTT_URL: server.url, MQTT_CLIENT_ID: 'keeper', MQTT_CLEAN: 'no' };
    const program = await stores.start(place, image, env);
    const { stderr } = await place.crac('checkpoint', image);
    expect(stderr).toMatch(
      /^crac: note: mqtt: the client id "keeper" is kept, as its session is on the server/,
    );
    await program.ended;
    const [copy] = restoreWith(place, { image, port: PORT }, [env]);
    await stores.work(PORT, 20);
    expect(await count(PORT)).toMatchObject({ id: 'keeper', connected: true });
    await end(place, copy ? [copy] : []);
  }, 120_000);

  test('a program that goes on stays the same client', async () => {
    const program = await stores.start(place, image, { MQTT_URL: server.url, EVERY: '10' });
    const { id } = await count(PORT);
    for (let i = 0; i < 3; i++)
      expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
    await stores.work(PORT, 50);
    await stores.expectNoErrors(PORT);
    expect((await count(PORT)).id).toBe(id);
    await end(place, [program]);
  }, 120_000);
});
