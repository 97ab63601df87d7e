import { RunError, run } from '../../../base/run.ts';
import { explainText } from '../../../diagnosis/explain-text.ts';
import { BOTH, type Finding, limit, type Operation, ok, problem, unknown } from '../../../doctor/finding.ts';
import type { Machine } from '../../../doctor/machine.ts';
import { USER_NAMESPACE } from '../install/check.ts';

interface Feature {
  name: string;
  affects: Operation[];
  /** The reason: what cannot be done without it. */
  why: string;
}

/** Features known to `criu check` that a Node program can need. */
const FEATURES: Feature[] = [
  {
    name: 'clone3_set_tid',
    affects: ['restore'],
    why: 'PIDs are chosen with clone3; without it through ns_last_pid, which takes longer and can clash',
  },
  {
    name: 'timens',
    affects: BOTH,
    why: "without time namespaces a program's monotonic clock jumps at a restore on another boot",
  },
  {
    name: 'kcmp_epoll',
    affects: ['checkpoint'],
    why: 'without it an epoll set with a duplicated descriptor cannot be dumped',
  },
  {
    name: 'get_rseq_conf',
    affects: ['checkpoint'],
    why: 'glibc 2.35 and later use rseq; without it their threads cannot be dumped',
  },
  {
    name: 'sk_unix_file',
    affects: ['checkpoint'],
    why: 'without it unix sockets whose file was removed cannot be dumped',
  },
  {
    name: 'fdinfo_lock',
    affects: ['checkpoint'],
    why: 'without it file locks (SQLite, pm2) cannot be dumped',
  },
  {
    name: 'seccomp_filters',
    affects: ['checkpoint'],
    why: 'without it a program with a seccomp filter cannot be dumped',
  },
  {
    name: 'pagemap_scan_guard_pages',
    affects: ['checkpoint'],
    why: 'glibc 2.42 and later guard thread stacks with MADV_GUARD_INSTALL; without it they cannot be dumped',
  },
  {
    name: 'can_map_vdso',
    affects: ['restore'],
    why: 'without it an image cannot be restored on another build of the kernel',
  },
];

const AT_ONCE = 3; // two cores are kept busy, and no more memory than for three engines is used

/** The answer to the question for one feature: CRIU ends alike where it lacks it and where it could not even look. */
type Answer = 'there' | 'missing' | { couldNotLook: string };

/** Matches CRIU's last word when it could not find out what the kernel can do. */
const COULD_NOT_LOOK = /Could not initialize kernel features detection|kerndat/;

async function ask(criu: string, feature: string, way: string): Promise<Answer> {
  const [file = '', ...args] = [
    ...(way === 'user' ? USER_NAMESPACE : []),
    criu,
    'check',
    '--feature',
    feature,
  ];
  try {
    await run(file, way === 'user' ? [...args, '--unprivileged'] : args, { seconds: 60 });
    return 'there';
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const said = `${error.stdout}\n${error.stderr}`;
    const looked = !error.timedOut && error.exitCode === 1 && !COULD_NOT_LOOK.test(errorsIn(said));
    return looked ? 'missing' : { couldNotLook: error.timedOut ? error.message : said };
  }
}

const errorsIn = (log: string): string =>
  log
    .split('\n')
    .filter((line) => line.includes('Error ('))
    .join('\n');

const WHY = 'what the engine itself finds in this kernel';

/** Runs the engine's own check, feature by feature, as the engine would be run for this caller. */
export async function checkFeatures(criu: string, { probe }: Machine): Promise<Finding[]> {
  if (probe?.answers.get('mount-proc') !== '')
    return [
      unknown(
        'engine.features',
        'not asked: the engine cannot be started in namespaces of its own here',
        WHY,
      ),
    ];
  const missing: Feature[] = [];
  for (let i = 0; i < FEATURES.length; i += AT_ONCE) {
    const some = FEATURES.slice(i, i + AT_ONCE);
    const answers = await Promise.all(some.map(({ name }) => ask(criu, name, probe.way)));
    const failed = answers.find((answer) => typeof answer === 'object');
    if (failed) return [couldNotLook(failed.couldNotLook)];
    missing.push(...some.filter((_, index) => answers[index] === 'missing'));
  }
  const names = FEATURES.map(({ name }) => name).join(', ');
  if (missing.length === 0) return [ok('engine.features', `\`criu check\`: ${names}`, WHY)];
  return missing.map(({ name, affects, why: reason }) =>
    limit(
      `engine.features.${name}`,
      `\`criu check --feature ${name}\`: ${probe.way === 'root' ? 'this kernel has it not' : 'not without root'}`,
      reason,
      {
        affects,
      },
    ),
  );
}

/** Reports one cause, and not as many missing features as were asked for. */
function couldNotLook(said: string): Finding {
  const [first = said] = errorsIn(said).split('\n');
  const [known] = explainText(said).filter(({ rank }) => rank === 'cause');
  const text = first.replace(/^.*?Error \([^)]*\): /, '');
  return problem(
    'engine.features',
    `the engine could not look what this kernel can do: ${text}`,
    known ? known.cause.replace(/\.$/, '') : WHY,
    { mend: (known?.remedies ?? []).flatMap(({ command }) => command?.split('\n') ?? []).slice(0, 4) },
  );
}
