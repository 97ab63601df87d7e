import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreTwice } from '../../support/copies.ts';
import { CRAC, getJson, Place, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { kafkaMissing, startKafka } from '../../support/servers/kafka.ts';
import { Stores } from '../../support/stores.ts';

const PORT = await freePorts(5);
const reason = kafkaMissing();

interface Ids {
  sent: string[];
  seen: string[];
}

const idsOf = (port: number): Promise<Ids> => getJson(port, '/kafkajs/ids');

/** What both copies have from before the checkpoint, then what each has of its own. */
function apart(one: string[], other: string[]): string[] {
  const differs = one.findIndex((id, index) => id !== other[index]);
  return [...one, ...other.slice(differs < 0 ? one.length : differs)];
}

describe.skipIf(reason)(`Kafka${reason ? `: skipped, ${reason}` : ''}`, () => {
  let shared: Place;
  let broker: string;

  beforeAll(async () => {
    shared = new Place();
    broker = await startKafka(shared);
  }, 300_000);
  afterAll(() => shared?.close());

  test('two copies share the work of their group: nothing is lost, nothing is sent twice', async () => {
    const stores = await Stores.of(PORT, 'kafkajs');
    // This broker takes 20 ms for a message.
    const program = await stores.start(place, image, { KAFKA_BROKERS: broker, EVERY: '100' });
    await checkpoint(place, program, image);

    const copies = restoreTwice(place, { image, port: PORT });
    await Promise.all([stores.work(PORT, 300), stores.work(PORT + 1, 300)]);
    for (const port of [PORT, PORT + 1]) {
      await getJson(port, '/kafkajs/stop');
      await stores.expectNoErrors(port);
    }
    let all: Ids = { sent: [], seen: [] };
    for (const until = Date.now() + 100_000; Date.now() < until; await pause(200)) {
      const [one, other] = [await idsOf(PORT), await idsOf(PORT + 1)];
      all = { sent: apart(one.sent, other.sent), seen: apart(one.seen, other.seen) };
      if (new Set(all.seen).size >= all.sent.length) break;
    }
    expect(all.sent.length).toBeGreaterThan(600);
    expect(all.sent.filter((id, index) => all.sent.indexOf(id) !== index)).toEqual([]);
    // A member that joins while another works on a batch may be given some of it again: that is so without a checkpoint.
    expect([...new Set(all.seen)].sort()).toEqual([...all.sent].sort());
    await end(place, copies);
  }, 300_000);

  test('a producer with transactions finishes the one that it has begun, and asks for its id anew', async () => {
    const stores = await Stores.of(PORT, 'kafkajs-transactions');
    const program = await stores.start(place, image, { KAFKA_BROKERS: broker, EVERY: '100' });
    const [before] = await getJson<string[]>(PORT, '/kafkajs-transactions/given');
    await checkpoint(place, program, image);

    const copy = place.start(CRAC, ['restore', image]);
    await stores.work(PORT, 100);
    await stores.expectNoErrors(PORT);
    const [first, second, ...more] = await getJson<string[]>(PORT, '/kafkajs-transactions/given');
    expect([first, more]).toEqual([before, []]);
    expect(second).toMatch(/^\d+ \d+$/);
    expect(second).not.toBe(first);
    await end(place, [copy]);
  }, 300_000);
});
