import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsText } from '../../../src/command/doctor/for-runtime.ts';
import { PROFILES, RESTORE_NEEDS, restoreProfile } from '../../../src/command/doctor/seccomp-profile.ts';
import { RUNTIMES } from '../../../src/command/doctor/settings.ts';

// That these settings suffice, and that none can be left out: test/e2e/containers.test.ts.
test.each(RUNTIMES)('G3: the smallest settings in the words of %s', async (runtime) => {
  await expect(settingsText(runtime)).toMatchFileSnapshot(
    join(import.meta.dirname, `settings/${runtime}.txt`),
  );
});

test.each(PROFILES)('G3: the profile `%s` allows what its restore needs and denies the rest', (name) => {
  const { defaultAction, syscalls } = restoreProfile(name);
  expect(defaultAction).toBe('SCMP_ACT_ALLOW');
  expect(syscalls).toHaveLength(1);
  const denied = syscalls[0]?.names ?? [];
  expect(denied).toEqual(
    expect.arrayContaining(['bpf', 'kexec_load', 'init_module', 'io_uring_setup', 'umount2', 'pivot_root']),
  );
  const needed = [...Object.keys(RESTORE_NEEDS.user), ...Object.keys(RESTORE_NEEDS[name])];
  expect(denied.filter((call) => needed.includes(call))).toEqual([]);
});
