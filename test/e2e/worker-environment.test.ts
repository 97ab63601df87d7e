import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const PORT = 23680;

test("Workers get the caller's environment and time zone, but for what they have been given otherwise", async () => {
  const env = { PORT: String(PORT), GREETING: 'hello', TZ: 'UTC', NEW: undefined };
  const program = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'worker-environment.js')], {
    env,
  });
  expect(await getJson(PORT)).toEqual([
    { GREETING: 'hello', hour: 0 },
    { GREETING: 'hello', hour: 0 },
    { GREETING: 'mine', hour: 0 },
  ]);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;

  place.start(CRAC, ['restore', image], { env: { ...env, GREETING: 'welcome', TZ: 'Asia/Tokyo', NEW: '1' } });
  expect(await getJson(PORT)).toEqual([
    { GREETING: 'welcome', NEW: '1', hour: 9 },
    { GREETING: 'welcome', NEW: '1', hour: 9 },
    { GREETING: 'mine', NEW: '1', hour: 9 },
  ]);
});
