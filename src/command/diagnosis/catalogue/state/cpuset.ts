import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CPUSET',
  phase: 'restore',
  title: 'The cpuset of the image cannot be set up here',
  signatures: [
    { file: 'cgroup.c', text: /Restoring special (?<what>cpuset) props failed/ },
    {
      file: 'cgroup.c',
      text: /Failed (?:writing .* to|closing) (?<path>[^\s:]*cpuset[^\s:]*): (?<why>.+)/,
      confidence: 'likely',
    },
    { file: 'cgroup.c', text: /Restoring (?<what>\S*cpuset\S*) special property failed/ },
    {
      file: 'cgroup.c',
      text: /Can't move (?:thread \d+ )?(?:\S+ )?into (?<path>\S*cpuset\S*)(?: \(.*\))?: (?<why>No space left on device|.+)/,
    },
  ],
  explains: [/cg: /],
  cause:
    'A control group of the first version for CPUs (cpuset[[, {path}]]) cannot be filled[[: {why}]]: its parent has no cpuset.cpus or cpuset.mems yet, or this machine lacks CPUs of the old one.',
  remedies: [
    {
      what: 'Let the runtime set up control groups, not the engine',
      where: 'runc',
      command: 'runc restore --manage-cgroups-mode ignore NAME',
    },
    {
      what: 'Let the runtime set up control groups, not the engine',
      where: 'crun',
      command: 'crun restore --manage-cgroups-mode=ignore NAME',
    },
    byConf(
      'Let the runtime set up control groups, not the engine',
      'manage-cgroups ignore',
      'limits are those that the runtime gives',
    ),
    {
      what: 'Take them as they are here',
      where: 'criu',
      command: 'criu restore --manage-cgroups=soft …\ncriu restore --manage-cgroups=ignore …',
      cost: 'soft sets only what is not there yet; ignore leaves the program in the group of the restore',
    },
    {
      what: 'Or fill the parent first',
      where: 'machine',
      command:
        'cd /sys/fs/cgroup/cpuset && for f in cpuset.cpus cpuset.mems; do sudo sh -c "cat  > PARENT/"; done',
    },
    { what: 'crac leaves control groups alone', where: 'crac', command: 'crac restore IMAGE' },
  ],
  tells: [
    {
      what: 'Which CPUs the groups here have',
      command: 'grep . /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/cpuset/*/cpuset.cpus',
    },
  ],
  samples: [
    '(00.012003) Error (criu/cgroup.c:1650): cg: Restoring special cpuset props failed!',
    '(00.012003) Error (criu/cgroup.c:1320): cg: Failed writing 0-7 to cpuset/docker/1f/cpuset.cpus: Invalid argument',
  ],
});
