import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_NAMESPACE',
  phase: 'start',
  title: 'The kernel refuses a namespace',
  signatures: [{ text: /cannot make a (?<kind>\w+) namespace: (?<why>[^;\n]+)/ }],
  cause:
    'A namespace ({kind}) may not be made here: {why}; containers forbid it, and some systems forbid user namespaces to ordinary users.',
  remedies: [
    {
      what: 'For a restore, give the container the profile that allows what a restore needs, and no more',
      where: 'container',
      command:
        'crac doctor --seccomp-profile user > crac-seccomp.json\ndocker run --security-opt seccomp=crac-seccomp.json --security-opt systempaths=unconfined …',
      cost: 'parts of /proc that runtimes hide are seen in the container',
    },
    {
      what: 'For a checkpoint no profile is large enough: none, and all of /proc',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …',
      cost: 'the container may make any system call',
    },
    {
      what: 'Allow user namespaces',
      where: 'machine',
      command: 'sudo sysctl user.max_user_namespaces=15000 kernel.apparmor_restrict_unprivileged_userns=0',
      cost: 'any user can then make them',
    },
  ],
  samples: [
    'crac: cannot make a PID namespace: Operation not permitted; this needs CAP_SYS_ADMIN, or user namespaces for an ordinary user',
  ],
});
