import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { version as kernelVersion, release } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../../base/run.ts';
import { makeRuntimeDirectory } from '../../../base/runtime-directory.ts';
import { isRoot, USER_NAMESPACE } from './check.ts';
import type { CriuInstall } from './install-record.ts';

const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

/**
 * Returns the key of the cache: what CRIU knows of the kernel holds for this boot and this binary only; CRIU itself
 * does not look.
 */
async function key(install: CriuInstall): Promise<string> {
  const { size, mtimeMs } = await stat(install.path);
  const facts = [release(), kernelVersion(), await bootId(), install.version, size, mtimeMs];
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16);
}

/**
 * The script for root: CRIU writes its cache only to a tmpfs, and /run need not be one; it is given one that nobody
 * else sees.
 */
const AS_ROOT = `
mount --make-rprivate / && mount -t tmpfs -o mode=700 tmpfs /run || exit
"$1" check >/dev/null 2>&1
cat /run/criu.kdat`;

const AS_USER = `
mount -t tmpfs -o mode=700 tmpfs "$2" || exit
XDG_RUNTIME_DIR=$2 "$1" check --unprivileged >/dev/null 2>&1
cat "$2/criu.kdat"`;

async function probe(criu: string, directory: string): Promise<Buffer | undefined> {
  const [file = '', ...args] = isRoot()
    ? ['unshare', '-m', 'sh', '-c', AS_ROOT, 'sh', criu]
    : [...USER_NAMESPACE, 'sh', '-c', AS_USER, 'sh', criu, directory];
  const result = await run(file, args, { seconds: 20, encoding: 'latin1' }).catch(() => undefined);
  return result?.stdout ? Buffer.from(result.stdout, 'latin1') : undefined;
}

async function replace(path: string, content: Buffer | string): Promise<void> {
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, content, { mode: 0o600 });
  await rename(partial, path);
}

/**
 * Probes the kernel once and keeps the result: saves each later start of CRIU some 25 ms. For root it is a file to be
 * shown at /run/criu.kdat; for a user it is named `criu.kdat` and its directory is to be CRIU's XDG_RUNTIME_DIR.
 *
 * `criu.kdat` and `criu.kdat.key` in the runtime directory are the same for the native restorer, which compares the
 * key itself: boot, path, size and time of the binary.
 *
 * @returns the file; nothing where it cannot be made, and CRIU then only starts slower
 */
export async function warmKdat(
  install: CriuInstall,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const runtime = makeRuntimeDirectory(env);
  const name = `kdat-${await key(install)}`;
  const path = join(runtime, isRoot() ? `${name}.kdat` : `${name}/criu.kdat`);
  const noted = join(runtime, 'criu.kdat');
  const { size, mtimeMs } = await stat(install.path);
  const note = `${await bootId()} ${install.path} ${size} ${Math.floor(mtimeMs / 1000)}`;
  const notedNow = await readFile(`${noted}.key`, 'utf8').catch(() => '');
  if (existsSync(path) && notedNow.trim() === note) return path;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const content = existsSync(path) ? await readFile(path) : await probe(install.path, dirname(path));
  if (content === undefined) return undefined;
  await replace(path, content);
  await replace(noted, content);
  await replace(`${noted}.key`, `${note}\n`);
  return path;
}
