import { type Finding, limit, ok, problem, unknown } from './finding.ts';
import type { Machine } from './machine.ts';
import { sysctl } from './proc.ts';
import { setting } from './settings.ts';

/** Settings that forbid user namespaces to ordinary users, and the value that allows them (native/supervisor/namespace-errors.c). */
const FORBIDDING = [
  { name: 'user.max_user_namespaces', bad: '0', good: '15000' },
  { name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
];

/** Checks the steps of the launcher, as far as they went. */
export function checkNamespaces(machine: Machine): Finding[] {
  const { probe } = machine;
  if (!probe) return [];
  return [
    ...(probe.way === 'user' ? [userNamespace(machine)] : []),
    pidNamespace(machine),
    timeNamespace(machine),
  ];
}

function userNamespace({ probe, container, status }: Machine): Finding {
  const why = 'everybody but root of the machine works in a user namespace';
  const answers = probe?.answers ?? new Map<string, string>();
  const error = answers.get('user-namespace') || answers.get('user-mapping');
  if (error === '' || error === undefined) return ok('kernel.user-namespaces', 'can be made', why);
  if (answers.get('unshare'))
    return unknown('kernel.user-namespaces', 'not known: the call unshare does not come through', why);
  const cause = FORBIDDING.find(({ name, bad }) => sysctl(name) === bad);
  if (cause)
    return problem('kernel.user-namespaces', `${error}: ${cause.name}=${cause.bad} forbids them`, why, {
      mend: [
        `sysctl -w ${cause.name}=${cause.good}`,
        `echo ${cause.name}=${cause.good} > /etc/sysctl.d/90-crac.conf   # to keep it`,
      ],
    });
  const mapping = answers.get('user-namespace') === '';
  if (mapping)
    return problem(
      'kernel.user-namespaces',
      `${error}: can be made, but root cannot be mapped into it`,
      `${why}; since Linux 5.12 mapping root takes CAP_SETFCAP`,
      {
        mend: container ? setting(container.runtime, 'setfcap') : ['run crac as an ordinary user'],
      },
    );
  const filtered = status.Seccomp === '2';
  return problem(
    'kernel.user-namespaces',
    `${error}: ${filtered ? 'a seccomp filter' : 'a chroot, a limit or a security module'} forbids them`,
    why,
    {
      mend: container ? setting(container.runtime, 'seccomp-restore') : ['run crac as root'],
    },
  );
}

function pidNamespace({ probe, container }: Machine): Finding {
  const why = 'each program runs in a PID namespace of its own, so that copies of one image never clash';
  const answers = probe?.answers ?? new Map<string, string>();
  for (const step of ['namespaces', 'private-mounts', 'mount-proc'] as const) {
    const error = answers.get(step);
    if (error === '') continue;
    if (error === undefined) return unknown('kernel.pid-namespaces', 'not tried: a step before failed', why);
    const runtime = container?.runtime ?? 'docker';
    const [seen, mend] = {
      namespaces: [
        `${error}: none can be made`,
        container ? setting(runtime, 'seccomp-restore') : ['run crac as root'],
      ],
      'private-mounts': [
        `${error}: can be made, but nothing can be mounted in it`,
        setting(runtime, error === 'EACCES' ? 'lsm-off' : 'seccomp-restore'),
      ],
      'mount-proc': [
        `${error}: can be made, but /proc cannot be mounted in it`,
        setting(runtime, error === 'EACCES' ? 'lsm-off' : 'unmask-proc'),
      ],
    }[step] as [string, string[]];
    return problem('kernel.pid-namespaces', seen, why, { mend });
  }
  return ok('kernel.pid-namespaces', 'can be made, with a /proc of their own', why);
}

function timeNamespace({ probe }: Machine): Finding {
  const why = "they let a program's monotonic clock go on after a restore";
  const error = probe?.answers.get('time-namespace');
  if (error === '') return ok('kernel.time-namespaces', 'can be made', why, { affects: ['restore'] });
  if (error === undefined) return unknown('kernel.time-namespaces', 'not tried: a step before failed', why);
  return limit(
    'kernel.time-namespaces',
    `${error}: none can be made`,
    `${why}; without them restore only on the same boot`,
    { affects: ['restore'], mend: ['a kernel of Linux 5.6 or later with CONFIG_TIME_NS'] },
  );
}
