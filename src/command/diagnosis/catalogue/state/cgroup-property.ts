import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CGROUP_PROPERTY',
  phase: 'restore',
  title: 'A setting of a control group is refused here',
  signatures: [
    {
      file: 'cgroup.c',
      text: /Failed writing (?<value>.*) to (?<path>[^\s:]+): (?<why>.+)/,
      confidence: 'likely',
    },
    // A value of several lines is printed as it is: the path stands some lines further down.
    { file: 'cgroup.c', text: /Failed writing (?<value>(?!.* to \S+: ).+)$/, confidence: 'likely' },
    { file: 'cgroup.c', text: /Failed closing (?<path>[^\s:]+): (?<why>.+)/, confidence: 'likely' },
    { file: 'cgroup.c', text: /Restoring (?<path>\S+) special property failed/, confidence: 'likely' },
  ],
  near: [/\] to \[(?<path>[^\]\s]+)\]/],
  cause:
    'The image has settings of its control groups, and this machine refuses one of them ([[{path}]][[: {why}]]): interfaces of net_prio or devices that it has not, a limit above that of the parent group, or a file that only the host may write.',
  remedies: [
    {
      what: 'Leave control groups alone',
      where: 'criu',
      command: 'criu restore --manage-cgroups=ignore …',
      cost: "the program gets the restore's limits",
    },
    byConf(
      'Leave them alone: the runtime makes them',
      'manage-cgroups ignore',
      'limits are those that the runtime gives',
    ),
    {
      what: 'Or take an engine that knows more of these files (Docker and LXD drive an old one longer than others)',
      where: 'machine',
      command: 'criu --version; sudo apt-get install --only-upgrade criu',
    },
    { what: 'crac leaves control groups alone', where: 'crac', command: 'crac restore IMAGE' },
  ],
  samples: [
    '(00.716597) Error (criu/cgroup.c:1209): cg: Failed writing 100000 to cpu/app/cpu.cfs_quota_us: Invalid argument',
    '(00.708360) cg: Restoring cgroup property value [lo 0\neth0 0] to [net_prio/app/net_prio.ifpriomap]\n(00.708398) Error (criu/cgroup.c:1225): cg: Failed writing lo 0',
  ],
});
