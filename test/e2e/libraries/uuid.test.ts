import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, checkpoint, restoreTwice, run } from '../../support/copies.ts';
import { getJson, PROGRAMS } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);

interface Ids {
  ids: string[];
  node: string;
}

test('uuid 8.3, as database libraries bring it: two copies make no id twice', async () => {
  const { databases } = await apps('databases');
  const uuid = join(dirname(databases), 'node_modules/uuid');
  expect(JSON.parse(readFileSync(join(uuid, 'package.json'), 'utf8')).version).toMatch(/^8\.3\./);
  const program = run(place, { image, words: [join(PROGRAMS, 'uuids.cjs'), uuid], port: PORT });
  await getJson<Ids>(PORT);
  await checkpoint(place, program, image);
  restoreTwice(place, { image, port: PORT });
  const [a, b] = [await getJson<Ids>(PORT), await getJson<Ids>(PORT + 1)];
  expect(new Set([...a.ids, ...b.ids]).size).toBe(80);
  expect(a.node).not.toBe(b.node);
}, 300_000);
