import { capabilityNames, NEEDED_FOR, ROOT_NEEDS } from './capabilities.ts';
import { BOTH, type Finding, limit, ok, problem, unknown } from './finding.ts';
import { checkLimits } from './limits.ts';
import type { Machine } from './machine.ts';
import { readText, sysctl } from './proc.ts';
import { knownRuntime, setting } from './settings.ts';
import { checkSystemCalls } from './system-calls.ts';

const list = (names: readonly string[]): string => names.map((name) => `CAP_${name}`).join(', ');

export function checkCaller(machine: Machine): Finding[] {
  return [
    checkUser(machine),
    checkCapabilities(machine),
    checkNewPrivileges(machine),
    checkSeccomp(machine),
    ...checkSystemCalls(machine),
    checkModule(machine),
    checkYama(),
    ...checkLimits(),
  ];
}

function checkUser({ uid, probe }: Machine): Finding {
  const map = readText('/proc/self/uid_map')?.split(/\s+/) ?? [];
  const inside = map[2] !== '4294967295';
  const who = uid === 0 ? (inside ? 'root of a user namespace' : 'root') : `user ${uid}`;
  const way =
    probe === undefined
      ? 'the way is not known'
      : probe.way === 'root'
        ? "root's way: no user namespace"
        : "a user's way: in a user namespace, without capabilities";
  return ok('caller.user', `${who}; ${way}`, 'an image of root is restored by root, one of a user by users');
}

function checkCapabilities({ uid, probe, status, container }: Machine): Finding {
  const effective = capabilityNames(status.CapEff ?? '');
  const seen = `${effective.length} effective, ${capabilityNames(status.CapBnd ?? '').length} in the bounding set`;
  const why =
    "root's way needs six capabilities; a root without one of them works in a user namespace, as everybody does";
  if (uid !== 0) return ok('caller.capabilities', `${seen}; none is needed`, why);
  const missing = ROOT_NEEDS.filter((name) => !effective.includes(name));
  if (missing.length === 0) return ok('caller.capabilities', `${seen}; the six of root's way are there`, why);
  const lacks = `missing for root's way: ${list(missing)}`;
  const six = container ? setting(container.runtime, 'root-capabilities') : [];
  if (probe?.answers.get('user-mapping')) {
    const one = container ? setting(container.runtime, 'setfcap') : ['run crac as an ordinary user'];
    return problem(
      'caller.capabilities',
      `${lacks}; and CAP_SETFCAP, for the other way, is not there either`,
      `${why}, and that takes CAP_SETFCAP ${NEEDED_FOR.SETFCAP}`,
      { mend: [...one, ...six] },
    );
  }
  return limit(
    'caller.capabilities',
    `${seen}; ${lacks}`,
    `${why}; images of root's way cannot be restored so`,
    {
      affects: ['restore'],
      mend: container ? [`crac doctor --for ${knownRuntime(container.runtime)}   # the third way`] : [],
    },
  );
}

function checkNewPrivileges({ status }: Machine): Finding {
  const on = status.NoNewPrivs === '1';
  return ok(
    'caller.no-new-privileges',
    on ? 'on; no matter: nothing here gets its rights from a file' : 'off',
    'a SUID engine or one with file capabilities would not work with it',
  );
}

/**
 * Checks the seccomp filter: since Linux 4.3 only a dumper without a filter of its own, with CAP_SYS_ADMIN, may suspend
 * another's.
 */
function checkSeccomp({ status, container }: Machine): Finding {
  const why =
    'the engine must suspend the filter of the program that it dumps, and the kernel allows that to nobody who is under a filter';
  if (status.Seccomp === '0') return ok('caller.seccomp', 'no filter', why, { affects: ['checkpoint'] });
  if (status.Seccomp === undefined) return unknown('caller.seccomp', 'the kernel does not tell', why);
  const mode =
    status.Seccomp === '2'
      ? `under ${status.Seccomp_filters === '1' ? 'a seccomp filter' : 'seccomp filters'}`
      : 'in strict mode';
  return problem('caller.seccomp', mode, why, {
    affects: ['checkpoint'],
    mend: container
      ? setting(container.runtime, 'seccomp-off')
      : ['run crac outside of what has set the filter (systemd: SystemCallFilter=; a sandbox)'],
  });
}

function checkModule({ container, probe }: Machine): Finding {
  const why = "a profile can forbid mounts, ptrace and the engine's sockets";
  const apparmor = readText('/sys/module/apparmor/parameters/enabled') === 'Y';
  const context = readText('/proc/self/attr/current') ?? '';
  const enforcing = readText('/sys/fs/selinux/enforce');
  if (apparmor && context !== '' && !context.startsWith('unconfined')) {
    const forbids = [...(probe?.answers ?? [])].some(([, error]) => error === 'EACCES');
    return (forbids ? problem : limit)('caller.security-module', `AppArmor profile ${context}`, why, {
      mend: container
        ? setting(container.runtime, 'lsm-off')
        : ['aa-status   # and a profile that allows mount, ptrace and userns'],
    });
  }
  if (enforcing === '1')
    return limit('caller.security-module', `SELinux is enforcing, context ${context}`, why, {
      mend: ['ausearch -m avc -ts recent   # after a failure: what was denied'],
    });
  const seen = apparmor
    ? 'AppArmor, unconfined'
    : enforcing === undefined
      ? 'neither AppArmor nor SELinux is at work'
      : 'SELinux, permissive';
  return ok('caller.security-module', seen, why);
}

function checkYama(): Finding {
  const scope = sysctl('kernel.yama.ptrace_scope');
  const why = 'the engine uses ptrace on the program, at the checkpoint and at the end of a restore';
  if (scope === '3')
    return problem(
      'caller.yama',
      'kernel.yama.ptrace_scope=3: nobody may use ptrace until the next boot',
      why,
      {
        affects: BOTH,
        mend: ['remove kernel.yama.ptrace_scope from /etc/sysctl.d and boot anew'],
      },
    );
  if (scope === undefined) return ok('caller.yama', 'not in this kernel', why);
  return ok(
    'caller.yama',
    `kernel.yama.ptrace_scope=${scope}; no matter: the engine has CAP_SYS_PTRACE over the program`,
    why,
  );
}
