import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'A mount of a kind that cannot be saved',
  signatures: [
    { file: 'mount.c', text: /FS mnt \.?(?<path>\S+) dev \S+ root \S+ unsupported id/ },
    { file: 'filesystems.c', text: /(?<!\S)\.?(?<path>\S+) is a (?<kind>fuse) mount but not external/ },
    { file: 'filesystems.c', text: /failed to dump fs \.?(?<path>\S+) \((?<kind>[^)]*)\): always fail/ },
    { file: 'mount.c', text: /Unable to dump a file system for \d+:(?<path>\S+)/, confidence: 'likely' },
    { file: 'filesystems.c', text: /Second (?<kind>binfmt_misc) superblock/ },
  ],
  near: [
    /`- (?:FS|type) (?<kind>\w+)|mountinfo: .*? (?<kind2>fuse\S*|nfs\S*|cifs|ceph|9p|zfs|btrfs|aufs|cgroup) /,
  ],
  cause:
    'The program has its own mount[[ at {path}]][[ ({kind})]] of a file system that the engine does not know how to make again (FUSE, NFS, configfs, an older cgroup mount).',
  remedies: [
    {
      what: 'Mount it outside and give it to the container as a volume: such mounts are left alone',
      where: 'container',
      command:
        'podman run -v /MOUNTED/OUTSIDE:{path|/TARGET} …\ndocker run -v /MOUNTED/OUTSIDE:{path|/TARGET} …',
    },
    {
      what: 'Or declare it external, at both ends',
      where: 'criu',
      command:
        "criu dump --external 'mnt[{path|/TARGET}]:name' …\ncriu restore --external 'mnt[name]:/MOUNTED/OUTSIDE' …",
    },
    {
      what: 'Or start the container without --privileged, which brings in all file systems of the kernel',
      where: 'container',
      command:
        'podman run --cap-add CAPABILITY --device DEVICE …\ndocker run --cap-add CAPABILITY --device DEVICE …',
    },
    byConf('Or take all mounts from outside as they are', 'external mnt[]'),
    {
      what: 'Or unmount it before the checkpoint',
      where: 'machine',
      command: 'sudo nsenter -t PID -m umount "{path|/TARGET}"',
      cost: 'what uses it must close it first',
    },
  ],
  samples: [
    '(00.009003) Error (criu/mount.c:724): mnt: FS mnt ./mnt/data dev 0x2f root / unsupported id 561',
    '(00.009003) Error (criu/filesystems.c:640): ./mnt/s3 is a fuse mount but not external',
  ],
});
