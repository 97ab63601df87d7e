import { BOTH, type Finding, type Operation, ok, problem, unknown } from './finding.ts';
import type { Machine } from './machine.ts';
import type { Way } from './probe.ts';
import { sysctl } from './proc.ts';
import type { ProfileName } from './seccomp-profile.ts';
import { setting } from './settings.ts';

interface Call {
  name: string;
  affects: Operation[];
  why: string;
  /** The difference for root, where it is asked of root only: in a user namespace the engine does without. */
  root?: Partial<Omit<Call, 'name' | 'root'>>;
}

/**
 * The calls. Those that a restore needs were taken away from a container, one at a time (test/e2e/containers.test.ts).
 */
const CALLS: Call[] = [
  {
    name: 'ptrace',
    affects: BOTH,
    why: 'the engine stops processes and works in them with ptrace',
  },
  { name: 'unshare', affects: BOTH, why: 'every program gets namespaces of its own' },
  {
    name: 'setns',
    affects: ['checkpoint'],
    why: "the engine enters the program's namespaces to dump it",
    root: {
      affects: BOTH,
      why: "the engine enters the program's namespaces, and finds out with it what the kernel can do",
    },
  },
  {
    name: 'kcmp',
    affects: ['checkpoint'],
    why: 'the engine finds out with it which descriptors are the same',
  },
  {
    name: 'vmsplice',
    affects: ['restore'],
    why: 'the engine fills pipes with it, and every node program has pipes',
  },
  { name: 'chroot', affects: ['restore'], why: "the engine sets the program's root directory with it" },
  { name: 'move_mount', affects: BOTH, why: 'the engine finds out with it what the kernel can do' },
];

/** Names the seccomp profile of a container that restores. */
export const profileFor = (way: Way): ProfileName => (way === 'root' ? 'capabilities' : 'user');

const told = ({ root, ...call }: Call, way: Way): Omit<Call, 'root'> => ({
  ...call,
  ...(way === 'root' && root),
});

const FILTERED = 'a seccomp filter answers';

/** Tries the calls with arguments that do nothing; only a filter, or a kernel without the call, refuses these. */
export function checkSystemCalls(machine: Machine): Finding[] {
  const { probe, status, container } = machine;
  if (!probe) return [];
  const filtered = status.Seccomp === '2';
  const runtime = container?.runtime ?? 'docker';
  const refused = CALLS.filter(({ name }) => (probe.answers.get(name) ?? '') !== '');
  const through = CALLS.filter(({ name }) => probe.answers.get(name) === '').map(({ name }) => name);
  const ended =
    probe.ended &&
    problem(
      'caller.calls.probe',
      `the probe was ended: ${probe.ended.split('\n')[0]}`,
      'a seccomp filter that ends a process for a system call ends the engine too',
      { mend: setting(runtime, 'seccomp-off') },
    );
  // Under a filter there is no checkpoint anyway: what only a checkpoint needs is no news.
  const news = filtered
    ? refused.filter((call) => told(call, probe.way).affects.includes('restore'))
    : refused;
  const others = refused.filter((call) => !news.includes(call)).map(({ name }) => name);
  const seen = `${through.join(', ')} come through${others.length > 0 ? `; ${others.join(', ')}, for a checkpoint, do not` : ''}`;
  return [
    ...(ended ? [ended] : []),
    ok('caller.calls', seen, 'what the engine asks of the kernel'),
    ...news.map((call) => {
      const { name, affects, why } = told(call, probe.way);
      const needed = affects.includes('restore') ? 'seccomp-restore' : 'seccomp-off';
      const answer = `${name}: ${filtered ? `${FILTERED} ` : ''}${probe.answers.get(name)}`;
      return problem(`caller.calls.${name}`, answer, why, {
        affects,
        mend: filtered ? setting(runtime, needed, profileFor(probe.way)) : [],
      });
    }),
    checkClone3(machine),
    checkIoUring(machine),
  ];
}

/**
 * Checks clone3: container runtimes' profiles answer ENOSYS, so that libc falls back to clone; the engine does as well.
 */
function checkClone3({ probe, container }: Machine): Finding {
  const why = 'the engine chooses PIDs with clone3, or else by writing ns_last_pid';
  const answer = probe?.answers.get('clone3') ?? '';
  if (answer === '') return ok('caller.calls.clone3', 'clone3 comes through', why, { affects: ['restore'] });
  const other = probe?.answers.get('ns-last-pid');
  if (other === '')
    return ok(
      'caller.calls.clone3',
      `clone3: ${FILTERED} ${answer}; ns_last_pid can be written instead`,
      why,
      { affects: ['restore'] },
    );
  if (other === undefined)
    return unknown(
      'caller.calls.clone3',
      `clone3: ${FILTERED} ${answer}; ns_last_pid could not be tried`,
      why,
    );
  return problem(
    'caller.calls.clone3',
    `clone3: ${FILTERED} ${answer}, and ns_last_pid cannot be written`,
    why,
    {
      affects: ['restore'],
      mend: setting(container?.runtime ?? 'docker', 'seccomp-restore', profileFor(probe?.way ?? 'user')),
    },
  );
}

function checkIoUring({ probe }: Machine): Finding {
  const why =
    'CRIU cannot dump an io_uring; the launcher takes it away from the program, which then uses epoll';
  const answer = probe?.answers.get('io_uring_setup') ?? '';
  const disabled = sysctl('kernel.io_uring_disabled');
  const seen =
    answer === ''
      ? 'io_uring_setup comes through; crac keeps it from the program'
      : `io_uring_setup: ${answer}, so no program uses it`;
  return ok(
    'caller.calls.io_uring_setup',
    disabled === undefined ? seen : `${seen} (kernel.io_uring_disabled=${disabled})`,
    why,
    { affects: ['checkpoint'] },
  );
}
