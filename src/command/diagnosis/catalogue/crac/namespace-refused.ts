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
      what: 'Allow it',
      where: 'container',
      command: 'docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined …',
      cost: 'CAP_SYS_ADMIN is nearly root',
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
