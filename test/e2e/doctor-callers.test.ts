import { describe, expect, test } from 'vitest';
import { find, reportOf } from '../support/doctor.ts';
import { place } from '../support/own-place.ts';
import { As, LESSER_ROOT, NOBODY, whyNoUsers } from '../support/user.ts';

const why = whyNoUsers();
describe.skipIf(why)(`other callers${why ? ` (skipped: ${why})` : ''}`, () => {
  const as = async (caller: typeof NOBODY, around: string[] = []) => {
    return reportOf(await new As(place, caller, around).crac('doctor', '--json'));
  };

  test('an ordinary user who can never have a capability', async () => {
    const report = await as(NOBODY);
    expect(report, JSON.stringify(report)).toMatchObject({ code: 0, checkpoint: 'yes', restore: 'yes' });
    expect(find(report, 'caller.user').seen).toContain("a user's way");
    expect(find(report, 'caller.capabilities').seen).toBe(
      '0 effective, 0 in the bounding set; none is needed',
    );
    expect(find(report, 'caller.no-new-privileges').seen).toMatch(/^on;/);
  });

  test('a root who lacks a capability works as a user, and cannot restore images of root', async () => {
    const report = await as(LESSER_ROOT);
    expect(report).toMatchObject({ code: 0, checkpoint: 'yes', restore: 'yes' });
    expect(find(report, 'caller.capabilities')).toMatchObject({
      state: 'limit',
      seen: expect.stringContaining("missing for root's way: CAP_SYS_ADMIN"),
    });
  });

  test('user namespaces are forbidden: the setting is named', async () => {
    const inside = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
    const report = await as(LESSER_ROOT, ['unshare', '-U', '-r', 'sh', '-c', inside, 'sh']);
    expect(report).toMatchObject({ code: 0, engine: 'direct', engines: { criu: { checkpoint: 'no' } } });
    expect(find(report, 'kernel.user-namespaces')).toMatchObject({
      state: 'problem',
      seen: 'ENOSPC: user.max_user_namespaces=0 forbids them',
      mend: [
        'sysctl -w user.max_user_namespaces=15000',
        expect.stringContaining('/etc/sysctl.d/90-crac.conf'),
      ],
    });
  });
});
