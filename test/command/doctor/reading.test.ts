import { expect, test } from 'vitest';
import { quote } from '../../../src/command/base/quote.ts';
import { capabilityNames } from '../../../src/command/doctor/capabilities.ts';
import { missingOptions } from '../../../src/command/doctor/kernel-options.ts';
import { checkLimits, parseLimits } from '../../../src/command/doctor/limits.ts';
import { mountOf, parseMounts } from '../../../src/command/doctor/proc.ts';

test("a mask's capabilities are named: Docker's defaults", () => {
  expect(capabilityNames('00000000a80425fb').join(' ')).toBe(
    'CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP',
  );
  expect(capabilityNames('0000010000000000')).toEqual(['CHECKPOINT_RESTORE']);
  expect(capabilityNames('0')).toEqual([]);
});

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             102400               unlimited            bytes
Max processes             96365                96365                processes
Max open files            1024                 20000                files
`;

test('soft limits are read, also those without a bound', () => {
  expect([...parseLimits(LIMITS)]).toEqual([
    ['cpu time', Number.POSITIVE_INFINITY],
    ['file size', 102400],
    ['processes', 96365],
    ['open files', 1024],
  ]);
});

test('a bound for the size of files is a problem, few descriptors are a limit', () => {
  const states = (text: string) => checkLimits(text).map(({ state, mend }) => [state, ...mend]);
  expect(states(LIMITS)).toEqual([['problem', 'ulimit -f unlimited']]);
  const unbound = LIMITS.replace('102400   ', 'unlimited');
  expect(states(unbound)).toEqual([['ok']]);
  expect(states(unbound.replace('1024 ', '64   '))).toEqual([['limit', 'ulimit -n 1024']]);
});

const MOUNTS = parseMounts(`21 1 254:0 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a
22 21 0:20 / /proc rw,nosuid - proc proc rw
23 22 0:20 /sys /proc/sys ro,nosuid - proc proc rw
24 21 0:30 / /srv/my\\040images rw,noexec - ext4 /dev/vdb rw
25 24 0:31 / /srv/my\\040images rw - tmpfs tmpfs rw
`);

test('a path lies on the deepest mount, and of those mounted over each other on the last', () => {
  const type = (path: string) => mountOf(path, MOUNTS)?.type;
  expect([type('/usr'), type('/proc/sys/kernel'), type('/srv/my images/app'), type('/srv/my')]).toEqual([
    'overlay',
    'proc',
    'tmpfs',
    'overlay',
  ]);
  expect(mountOf('/proc/sys', MOUNTS)).toMatchObject({
    root: '/sys',
    options: expect.arrayContaining(['ro']),
  });
});

test('options of the kernel may be built in or modules', () => {
  const text = 'CONFIG_PID_NS=y\nCONFIG_UNIX_DIAG=m\n# CONFIG_TIME_NS is not set\nCONFIG_PID_NS_EXTRA=y\n';
  expect(missingOptions(text, ['PID_NS', 'UNIX_DIAG', 'TIME_NS', 'USER_NS'])).toEqual(['TIME_NS', 'USER_NS']);
});

test('paths are quoted for a shell only where they must be', () => {
  expect(quote('/opt/jdk-21/lib/criu')).toBe('/opt/jdk-21/lib/criu');
  expect(quote("/opt/it's mine")).toBe("'/opt/it'\\''s mine'");
});
