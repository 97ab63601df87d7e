import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once, sh, unpacked } from './tools.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** The script of the machine's first process: it carries out what lies in /host/cmd, one after the other. */
const INIT = `#!/bin/sh
export PATH=/opt/node-crac/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t tmpfs tmp /tmp; mount -t tmpfs run /run; mkdir -p /dev/shm /dev/pts; mount -t tmpfs shm /dev/shm; mount -t devpts pts /dev/pts
mount -t cgroup2 none /sys/fs/cgroup; mount -t securityfs none /sys/kernel/security 2>/dev/null
mkdir -p /host; mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 host /host; busybox ip link set lo up
chmod 1777 /tmp; echo up >/host/out/up
n=1; while :; do
  if [ -e /host/cmd/$n ]; then sh /host/cmd/$n </dev/null >/host/out/$n 2>&1; echo $? >/host/out/$n.rc.new; mv /host/out/$n.rc.new /host/out/$n.rc; n=$((n+1)); else sleep 0.2; fi
done
`;

/** Modules of the initial RAM disk, in this order; what a kernel has built in is not there. */
const MODULES =
  `virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk crc16 mbcache jbd2
  libcrc32c crc32c_generic crc32c-intel ext4 netfs fscache 9pnet 9pnet_virtio 9p`.split(/\s+/);

const RAM_INIT = `#!/bin/sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for round in 1 2 3 4; do for m in $($B cat /mod/order); do $B insmod /mod/$m.ko 2>/dev/null; done; done
for i in 1 2 3 4 5 6 7 8 9 10; do [ -b /dev/vda ] && break; $B sleep 0.2; done
$B mount -t ext4 /dev/vda /new || $B poweroff -f
for d in dev sys proc; do $B mount --move /$d /new/$d; done
exec $B switch_root /new /vm-init
`;

/** @returns kernel and initial RAM disk of a kernel package */
export function kernelOf(directory, name) {
  const tree = unpacked(directory, name);
  const version = readdirSync(join(tree, 'lib/modules'))[0];
  const initrd = join(directory, `${name}.initrd`);
  if (!existsSync(initrd)) {
    const ram = mkdtempSync(join(directory, 'ram-'));
    for (const folder of ['bin', 'proc', 'sys', 'dev', 'new', 'mod']) mkdirSync(join(ram, folder));
    cpSync(join(unpacked(directory, 'busybox-static'), 'bin/busybox'), join(ram, 'bin/busybox'));
    sh('ln', ['-s', 'busybox', join(ram, 'bin/sh')]);
    const order = MODULES.filter((module) => {
      const found = sh('find', [join(tree, 'lib/modules'), '-name', `${module}.ko*`]).split('\n')[0];
      if (!found) return false;
      cpSync(found, join(ram, 'mod', found.slice(found.lastIndexOf('/') + 1)));
      if (found.endsWith('.xz')) sh('xz', ['-d', join(ram, 'mod', `${module}.ko.xz`)]);
      return true;
    });
    writeFileSync(join(ram, 'mod/order'), order.join('\n'));
    writeFileSync(join(ram, 'init'), RAM_INIT);
    chmodSync(join(ram, 'init'), 0o755);
    sh('sh', ['-c', `cd "$1" && find . | cpio -o -H newc --quiet >"$2"`, 'sh', ram, initrd]);
    rmSync(ram, { recursive: true });
  }
  return {
    version,
    kernel: join(tree, 'boot', `vmlinuz-${version}`),
    initrd,
    modules: join(tree, 'lib/modules'),
  };
}

/** The command that merges trees: Debian's bin and lib are links, and what lies below goes where they lead. */
const MERGE = 'tar -C "$1" -c . | tar -C "$2" -x --keep-directory-symlink';

/** Makes a disk with a minimal Debian, node, crac as it is built here, its engine, and the kernels' modules. */
export function makeDisk(directory, suite, kernels, engine) {
  const base = join(tmpdir(), `crac-container-${suite}`); // the tests' own, where they have made one
  const debian = existsSync(base)
    ? base
    : once(join(directory, suite), (path) => sh('debootstrap', ['--variant=minbase', suite, path]));
  const tree = join(directory, 'tree');
  rmSync(tree, { recursive: true, force: true });
  sh('cp', ['-a', debian, tree]);
  for (const name of ['kmod', 'libkmod2', 'libssl3'])
    sh('sh', ['-c', MERGE, 'sh', unpacked(directory, name), tree]);
  cpSync(join(unpacked(directory, 'busybox-static'), 'bin/busybox'), join(tree, 'usr/local/bin/busybox'));
  for (const { modules, version } of kernels) {
    mkdirSync(join(tree, 'lib/modules'), { recursive: true });
    sh('cp', ['-a', join(modules, version), join(tree, 'lib/modules', version)]);
    sh('chroot', [tree, '/sbin/depmod', version]);
  }
  const crac = join(tree, 'opt/node-crac');
  for (const name of ['bin', 'dist', 'native/build', 'package.json'])
    cpSync(join(ROOT, name), join(crac, name), { recursive: true });
  cpSync(process.execPath, join(tree, 'usr/local/bin/node'));
  const folder = dirname(dirname(engine));
  cpSync(folder, join(tree, folder), { recursive: true, preserveTimestamps: true });
  cpSync(join(import.meta.dirname, 'program.js'), join(tree, 'srv/program.js'));
  const state = join(import.meta.dirname, 'state.c');
  sh(process.env.CC ?? 'cc', [
    '-O1',
    '-shared',
    '-fPIC',
    '-Wl,-z,nodelete', // node lets go of it
    '-o',
    join(tree, 'srv/state.so'),
    state,
  ]);
  mkdirSync(join(tree, 'images'));
  writeFileSync(join(tree, 'vm-init'), INIT);
  chmodSync(join(tree, 'vm-init'), 0o755);
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/tmp:/bin/sh\n');
  const disk = join(directory, 'disk.img');
  rmSync(disk, { force: true });
  sh('truncate', ['-s', '2G', disk]);
  sh('mke2fs', ['-q', '-t', 'ext4', '-E', 'root_owner=0:0', '-d', tree, disk]);
  return { disk, tree };
}
