import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CGROUP',
  phase: 'restore',
  title: 'Control groups of the image cannot be had here',
  signatures: [
    { file: 'cgroup.c', text: /Cgroup dir (?<path>\S+) doesn't exist/ },
    { file: 'cgroup.c', text: /Can't make cgroup dir (?<path>\S+): (?<why>.+)/ },
    { file: 'cgroup.c', text: /Can't move (?:thread \d+ )?into (?<path>\S+)/, confidence: 'likely' },

    {
      file: 'cgroup.c',
      text: /Can't move (?:thread \d+ )?\S+ into (?<path>\S+) \(.*\): (?<why>.+)/,
      confidence: 'likely',
    },
    {
      file: 'cgroup.c',
      text: /(?:Failed (?:opening|accessing cgroup dir)|Can't (?:make|mount) controller dir|couldn't open|Unable to (?:mount|umount|remove)|failed statting cgroup prop) (?<path>[^\s:]+)(?::\S+)*.*?(?:: (?<why>[A-Z].+))?$/,
      confidence: 'likely',
    },
    {
      file: 'cgroup.c',
      text: /(?:Unable to (?:configure|create|mount|open) the cgroup|cgroup\.subtree_control|Can't open cgyard|Can't make temp cgyard dir|can't make dir for cg mounts|failed preparing cgns|couldn't set cgns prefix)(?:.*?: (?<why>[A-Z].+))?/,
      confidence: 'likely',
    },
    { file: 'cgroup.c', text: /Abort restore of (?<why>existing) cgroups/ },
  ],
  cause: "The program's control group[[ ({path})]] cannot be made or entered here[[: {why}]].",
  remedies: [
    {
      what: 'crac leaves control groups alone (--manage-cgroups=ignore)',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Leave them alone',
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
      what: 'Leave them alone: the runtime makes them',
      where: 'runc',
      command: 'runc restore --manage-cgroups-mode ignore NAME',
    },
    { what: 'Or restore into others', where: 'criu', command: 'criu restore --cgroup-root /NEW …' },
  ],
  samples: [
    "(00.012003) Error (criu/cgroup.c:1800): cg: Cgroup dir cpu/app doesn't exist",
    "(00.012003) Error (criu/cgroup.c:1805): cg: Can't make cgroup dir unified/system.slice/app.scope: Permission denied",
    '(00.076803) Error (criu/cgroup.c:1877): cg: Abort restore of existing cgroups',
  ],
});
