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
import { join } from 'node:path';
import { sh } from './tools.mjs';

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

/** @returns kernel and initial RAM disk of the newest kernel package whose name matches */
export function kernelOf(archive, directory, pattern) {
  const name = archive.like(pattern);
  const tree = archive.unpacked(name);
  const version = readdirSync(join(tree, 'lib/modules'))[0];
  const initrd = join(directory, `${name}.initrd`);
  if (!existsSync(initrd)) {
    const ram = mkdtempSync(join(directory, 'ram-'));
    for (const folder of ['bin', 'proc', 'sys', 'dev', 'new', 'mod']) mkdirSync(join(ram, folder));
    cpSync(join(archive.unpacked('busybox-static'), 'bin/busybox'), join(ram, 'bin/busybox'));
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
