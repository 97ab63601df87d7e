import { readFileSync } from 'node:fs';

/** Reads a file of /proc or /sys; undefined where there is none, or none for this user: both are answers. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\0/g, ' ').trim();
  } catch {
    return undefined;
  }
}

export const sysctl = (name: string): string | undefined =>
  readText(`/proc/sys/${name.replaceAll('.', '/')}`);

/** Returns the fields of /proc/self/status. */
export function ownStatus(): Record<string, string> {
  const lines = (readText('/proc/self/status') ?? '').split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s+/, 2) as [string, string]));
}

export interface Mount {
  point: string;
  type: string;
  options: string[];
  /** The part of the mounted file system that is shown. */
  root: string;
}

/** Undoes octal escapes, which stand for spaces and the like. */
const unescaped = (text: string): string =>
  text.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));

export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , root = '', point = '', options = ''] = before.split(' ');
      const [type = '', , superOptions = ''] = after.split(' ');
      return {
        point: unescaped(point),
        root: unescaped(root),
        type,
        options: [...options.split(','), ...superOptions.split(',')],
      };
    });
}

export const ownMounts = (): Mount[] => parseMounts(readText('/proc/self/mountinfo') ?? '');

/** Returns the mount that holds this path; the last of those mounted over each other. */
export function mountOf(path: string, mounts: readonly Mount[] = ownMounts()): Mount | undefined {
  const holds = ({ point }: Mount) =>
    path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
  return mounts
    .filter(holds)
    .reduce<Mount | undefined>(
      (best, mount) => (best && best.point.length > mount.point.length ? best : mount),
      undefined,
    );
}
