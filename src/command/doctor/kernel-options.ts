import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { type Finding, limit, ok, problem, unknown } from './finding.ts';

/** Options without which there is no CRIU at all. */
const NEEDED = [
  'CHECKPOINT_RESTORE',
  'NAMESPACES',
  'PID_NS',
  'FHANDLE',
  'EVENTFD',
  'EPOLL',
  'UNIX_DIAG',
  'INET_DIAG',
  'PACKET_DIAG',
  'NETLINK_DIAG',
];

/** Options without which not everything works. */
const USEFUL: Record<string, string> = {
  USER_NS: 'ordinary users',
  TIME_NS: 'clocks that go on after another boot',
  INOTIFY_USER: 'programs that watch files',
  INET_UDP_DIAG: 'UDP sockets',
  KCMP: 'descriptors that are shared',
};

/** Reads the configuration that the kernel was built with, and where it was. */
async function configuration(): Promise<{ text: string; path: string } | undefined> {
  for (const path of ['/proc/config.gz', `/boot/config-${release()}`, `/lib/modules/${release()}/config`]) {
    const bytes = await readFile(path).catch(() => undefined); // not built in, or not for this user: the next one
    if (bytes) return { path, text: (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8') };
  }
  return undefined;
}

/** Lists the options that are neither `y` nor `m`: a module can be loaded. */
export const missingOptions = (text: string, names: readonly string[]): string[] =>
  names.filter((name) => !new RegExp(`^CONFIG_${name}=[ym]$`, 'm').test(text));

export async function checkOptions(): Promise<Finding> {
  const why = 'CRIU needs these options in the kernel';
  const config = await configuration();
  if (!config)
    return unknown(
      'kernel.options',
      'the configuration cannot be read here; what was tried instead stands below and in the trial',
      why,
    );
  const missing = missingOptions(config.text, NEEDED).map((name) => `CONFIG_${name}`);
  if (missing.length > 0)
    return problem('kernel.options', `${config.path}: missing ${missing.join(', ')}`, why, {
      mend: ['a kernel with these options, as the distributions build it'],
    });
  const less = missingOptions(config.text, Object.keys(USEFUL));
  if (less.length > 0)
    return limit(
      'kernel.options',
      `${config.path}: missing ${less.map((name) => `CONFIG_${name} (${USEFUL[name]})`).join(', ')}`,
      'some programs need these',
    );
  return ok('kernel.options', `${config.path}: all that are needed`, why);
}
