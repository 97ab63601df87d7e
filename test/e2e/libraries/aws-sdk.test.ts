import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { apps } from '../../support/copies.ts';
import { get, ROOT } from '../../support/crac.ts';
import { place } from '../../support/own-place.ts';
import { Sts } from '../../support/platform/sts.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts();

let server: string;
let sts: Sts;
beforeAll(async () => {
  server = (await apps('aws-sdk'))['aws-sdk'];
}, 900_000);
beforeEach(async () => {
  sts = await Sts.start();
});
afterEach(() => sts.close());

const ARN = 'arn:aws:iam::123456789012:user/one\n';
const AN_HOUR = 3_600_000;

test('a copy has credentials, a connection and a measured clock of its own', async () => {
  sts.ahead = AN_HOUR;
  const running = place.start(process.execPath, ['--require', `${ROOT}/dist/platform.cjs`, server], {
    env: {
      PORT: String(PORT),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'BEFORE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: sts.url,
    },
  });
  expect(await get(PORT)).toBe(ARN);
  expect(await get(PORT)).toBe(ARN);
  const before = sts.asked.at(-1);
  expect(before).toMatchObject({ accessKey: 'BEFORE' });
  expect(Math.round((before?.ahead ?? 0) / AN_HOUR)).toBe(1);

  const pid = String(running.pid);
  expect(await place.crac('notify', 'before-checkpoint', pid)).toMatchObject({ code: 0, stderr: '' });
  sts.ahead = 0;
  expect(await place.crac('notify', 'after-restore', pid, '--env', 'AWS_ACCESS_KEY_ID=AFTER')).toMatchObject({
    code: 0,
  });
  const known = sts.asked.length;
  expect(await get(PORT)).toBe(ARN);
  const [first] = sts.asked.slice(known);
  expect(first).toMatchObject({ accessKey: 'AFTER' });
  expect(Math.abs(first?.ahead ?? AN_HOUR)).toBeLessThan(AN_HOUR / 2);
  expect(first?.connection).not.toBe(before?.connection);
  expect(sts.asked.length).toBe(known + 1); // none that had to be asked twice
});
