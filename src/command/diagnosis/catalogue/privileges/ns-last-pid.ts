import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NS_LAST_PID',
  phase: 'restore',
  title: '/proc/sys/kernel/ns_last_pid cannot be written',
  signatures: [
    {
      file: ['util.c', 'cr-restore.c'],
      text: /Can't open -?\d+\/sys\/kernel\/ns_last_pid on procfs: (?<why>.+)/,
    },
    { file: 'cr-restore.c', text: /Can't fork for (?<pid>\d+): Read-only file system/ },
    {
      file: 'restorer.c',
      text: /(?:Can't set last_pid|can't open last pid fd) (?<why>.+)/,
      confidence: 'likely',
    },
    {
      file: 'cr-restore.c',
      text: /Failed to write \S+ to \/proc\/sys\/kernel\/ns_last_pid: (?<why>.+)/,
      confidence: 'likely',
    },
  ],
  near: [/Can't fork for (?<pid>\d+): Read-only/],
  explains: [/Setting PID failed/, /do not match expected/],
  cause:
    'The restore must choose PIDs; clone3 with a chosen PID is not available to it (blocked by seccomp, or a kernel before 5.5), and the older way, writing /proc/sys/kernel/ns_last_pid, failed as well[[ ({why})]]: no PID is taken, the privilege is missing.',
  remedies: [
    {
      what: 'Restore with crac: it mounts a /proc of its own in a namespace of its own',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Allow clone3: without the default seccomp profile, or with CAP_SYS_ADMIN the profile allows it',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined --cap-add CHECKPOINT_RESTORE …',
      cost: 'the container may make any system call',
    },
    {
      what: 'Or make the file writable',
      where: 'container',
      command:
        'podman run -v /proc/sys/kernel/ns_last_pid:/proc/sys/kernel/ns_last_pid …\npodman run --security-opt systempaths=unconfined …',
      cost: 'the container sees and may write more of /proc',
    },
    {
      what: 'In a container let the program have PIDs that the restore does not need: CRaC raises them at the start',
      where: 'java',
      command: 'java -XX:CRaCMinPid=128 -XX:CRaCCheckpointTo=DIR …',
      cost: 'takes effect in a new checkpoint only',
    },
    { what: 'A kernel of 5.9 or later has clone3 for CAP_CHECKPOINT_RESTORE', where: 'machine' },
  ],
  samples: [
    "(00.012001) Error (criu/cr-restore.c:1075): Can't open -1/sys/kernel/ns_last_pid on procfs: Read-only file system\n(00.012023) Error (criu/cr-restore.c:1194): Setting PID failed\n(00.012041) Error (criu/cr-restore.c:2397): Restoring FAILED.",
    "(00.016005) Error (criu/cr-restore.c:1506): Can't fork for 9: Read-only file system\n(00.016102) Error (criu/cr-restore.c:1537): Pid 20 do not match expected 9",
  ],
});
