import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CGROUP_DENIED',
  phase: 'both',
  title: 'The engine may not mount control groups here',
  signatures: [
    {
      file: 'cgroup.c',
      text: /(?:couldn't|Can't|Unable to) mount (?:controller dir )?(?<name>[^\s:]+)(?: at \S+)?: (?<why>Permission denied|Operation not permitted)/i,
      confidence: 'likely',
    },
  ],
  cause:
    'The engine looks at the control groups of the program ({name}) by mounting them, and that is refused ({why}): it runs inside of a container that may not mount (unprivileged, or under an AppArmor profile).',
  remedies: [
    {
      what: 'Leave control groups out of the image',
      where: 'criu',
      command: 'criu dump --manage-cgroups=ignore …\ncriu restore --manage-cgroups=ignore …',
      cost: 'limits are those of the place where it is restored',
    },
    {
      what: 'Or let the container be checkpointed from outside, by the tool that made it',
      where: 'container',
      command:
        'podman container checkpoint NAME\ndocker checkpoint create NAME POINT\nlxc-checkpoint -s -n NAME -D DIR',
    },
    { what: 'crac leaves control groups alone', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  samples: ["(00.026841) Error (criu/cgroup.c:592): cg: couldn't mount memory: Permission denied"],
});
