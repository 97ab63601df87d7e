import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../../support/crac.ts';

/** The module of Debian's kernel for the network card that QEMU is asked for. */
const CARD = 'kernel/drivers/net/ethernet/intel/e1000/e1000.ko';

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ NO_COLOR=1
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run
ip link set lo up
insmod /modules/e1000.ko
ip address add 10.0.2.15/24 dev eth0 && ip link set eth0 up && ip route add default via 10.0.2.2
stty raw -echo < /dev/ttyS1
while :; do sh < /dev/ttyS1 > /dev/ttyS1 2>&1; done
`;

/** The things that go into a machine beside node and this package. */
export interface Contents {
  /** Files that come to its root. */
  programs: string[];
  /** A package and all that it needs, out of an application's node_modules, for programs to find. */
  packages?: { names: string[]; from: string };
}

/** Lists directories of these packages and of what they need, at the top of a node_modules. */
function withDependencies(names: string[], modules: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) visit(each);
  };
  for (const name of names) visit(name);
  return found;
}

function copyPackages({ names, from }: { names: string[]; from: string }, root: string): void {
  for (const name of withDependencies(names, from))
    cpSync(join(from, name), join(root, 'node_modules', name), { recursive: true, dereference: true });
}

function copyNode(root: string): void {
  cpSync(process.execPath, join(root, 'bin/node'));
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/lib\S+)/g);
  for (const [, library] of libraries) {
    mkdirSync(join(root, dirname(library as string)), { recursive: true });
    cpSync(library as string, join(root, library as string), { dereference: true });
  }
}

/**
 * Everything that a machine has, in its memory.
 * @param debian where Debian's kernel and busybox are unpacked
 * @param release the kernel's
 * @returns the path of the archive
 */
export function makeInitrd(place: string, debian: string, release: string, contents: Contents): string {
  const root = join(place, 'root');
  for (const name of ['bin', 'modules', 'proc', 'sys', 'dev', 'run', 'tmp', 'usr/bin', 'crac/native'])
    mkdirSync(join(root, name), { recursive: true });
  cpSync(join(debian, 'bin/busybox'), join(root, 'bin/busybox'));
  cpSync(join(debian, 'lib/modules', release, CARD), join(root, 'modules/e1000.ko'));
  copyNode(root);
  for (const name of ['dist', 'package.json', 'native/build'])
    cpSync(join(ROOT, name), join(root, 'crac', name), { recursive: true });
  for (const program of contents.programs) cpSync(program, join(root, basename(program)));
  if (contents.packages) copyPackages(contents.packages, root);
  writeFileSync(join(root, 'init'), INIT, { mode: 0o755 });
  const initrd = join(place, 'initrd');
  execFileSync('sh', ['-c', 'cd "$0" && find . | cpio -o -H newc --quiet > "$1"', root, initrd]);
  return initrd;
}
