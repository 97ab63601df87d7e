import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sh } from './tools.mjs';

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

/** Makes a disk of a tree, with the kernels' modules. */
export function makeDisk(directory, arch, tree, kernels) {
  for (const { modules, version } of kernels) {
    mkdirSync(join(tree, 'lib/modules'), { recursive: true });
    sh('cp', ['-a', join(modules, version), join(tree, 'lib/modules', version)]);
    sh('depmod', ['-b', tree, version]);
  }
  writeFileSync(join(tree, 'vm-init'), INIT);
  chmodSync(join(tree, 'vm-init'), 0o755);
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/tmp:/bin/sh\n');
  writeFileSync(join(tree, 'etc/group'), 'root:x:0:\nme:x:1000:\n');
  const disk = join(directory, `disk-${arch}.img`);
  rmSync(disk, { force: true });
  sh('truncate', ['-s', '3G', disk]);
  sh('mke2fs', ['-q', '-t', 'ext4', '-E', 'root_owner=0:0', '-d', tree, disk]);
  return disk;
}
