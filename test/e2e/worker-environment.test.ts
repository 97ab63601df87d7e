import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
/** One in so many had not yet got the news when the first request came, before the restore waited for them. */
const COPIES = 12;

const workers = <T>(same: T, own: T): T[] => [same, ...Array<T>(COPIES).fill(same), own];

test("Workers get the caller's environment and time zone, but for what they have been given otherwise", async () => {
  const env = { COPIES: String(COPIES), PORT: String(PORT), GREETING: 'hello', TZ: 'UTC', NEW: undefined };
  const program = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'worker-environment.js')], {
    env,
  });
  expect(await getJson(PORT)).toEqual(workers({ GREETING: 'hello', hour: 0 }, { GREETING: 'mine', hour: 0 }));
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;

  place.start(CRAC, ['restore', image], { env: { ...env, GREETING: 'welcome', TZ: 'Asia/Tokyo', NEW: '1' } });
  expect(await getJson(PORT)).toEqual(
    workers({ GREETING: 'welcome', NEW: '1', hour: 9 }, { GREETING: 'mine', NEW: '1', hour: 9 }),
  );
});
