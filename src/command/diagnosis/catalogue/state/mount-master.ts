import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_MASTER_OUTSIDE',
  phase: 'both',
  title: 'A mount of the container follows one outside',
  signatures: [
    {
      file: 'mount.c',
      text: /Mount (?<mount>\d+) \.?(?<path>\S+) \(master_id: (?<master>\d+) shared_id: \d+\) has unreachable sharing/,
    },
    { file: 'mount-v2.c', text: /Sharing group \((?<group>\d+), (?<master>\d+)\) has unreachable sharing/ },
    {
      file: 'mount-v2.c',
      text: /External slavery sharing group (?:\((?<group>\d+), (?<master>\d+)\) has parent|collision)/,
    },
  ],
  near: [/(?<![\w/.-])(?<path>\/\S+) \S* master:\d+/],
  cause:
    'A mount[[ ({path})]] of the program is a slave of a mount outside (propagation rslave, master {master|N}), which is not part of the checkpoint.',
  remedies: [
    {
      what: 'Start the container with private mounts',
      where: 'container',
      command:
        'podman run -v /SOURCE:{path|/TARGET}:rprivate …\ndocker run -v /SOURCE:{path|/TARGET}:rprivate …',
    },
    byConf('Or take masters outside as they are', 'enable-external-masters\nexternal mnt[]'),
    {
      what: 'Take masters outside as they are, at both ends',
      where: 'criu',
      command:
        "criu dump --enable-external-masters --external 'mnt[]' …\ncriu restore --enable-external-masters --external 'mnt[]' --root ROOT …",
    },
    {
      what: 'Or cut the propagation before the checkpoint',
      where: 'machine',
      command: 'sudo nsenter -t PID -m mount --make-rprivate /',
      cost: 'what is mounted outside later does not show inside',
    },
  ],
  tells: [
    { what: 'Which mounts follow one outside (master:N)', command: 'grep master: /proc/PID/mountinfo' },
  ],
  samples: [
    '(00.009003) Error (criu/mount.c:1092): mnt: Mount 513 ./var/lib/kubelet (master_id: 1 shared_id: 0) has unreachable sharing. Try --enable-external-masters.',
    '(00.069003)      1: Error (criu/mount-v2.c:402): mnt-v2: Sharing group (0, 29) has unreachable sharing. Try --enable-external-masters.',
  ],
});
