import { lastLines, RunError, run } from '../../../base/run.ts';
import { probe } from '../../../doctor/probe.ts';

/** The command before CRIU without root: it works inside a user namespace, which these words start. */
export const USER_NAMESPACE = ['unshare', '-U', '-r', '-m', '-p', '-f', '--mount-proc'] as const;

export const isRoot = (): boolean => process.geteuid?.() === 0;

/**
 * Returns the command of `criu check` as the engine will be run here: a root with fewer capabilities goes a user's way
 * (native/supervisor/privileges.c).
 */
function checkCommand(criu: string, way: 'root' | 'user'): string[] {
  return way === 'root' ? [criu, 'check'] : [...USER_NAMESPACE, criu, 'check', '--unprivileged'];
}

/** Lists CRIU's errors without where in its source they are. */
const complaints = (log: string): string[] => [
  ...new Set([...log.matchAll(/^Error \([^)]*\): (.*)/gm)].map(([, text = '']) => text)),
];

/**
 * Writes what `criu check` says, for people. It is no verdict: without root it misses what only some programs need (TCP
 * repair, for connections that are to stay open across a checkpoint).
 */
export async function checkReport(criu: string): Promise<string> {
  const asked = await probe(undefined);
  const way = asked?.way ?? (isRoot() ? 'root' : 'user');
  // In a build no program runs: what CRIU would say of its missing capabilities is nobody's business there.
  if (asked && asked.answers.get('mount-proc') !== '')
    return 'criu check: not asked, because no program can be checkpointed here (a build?); where it is to run, ask `crac doctor`';
  const [file = '', ...args] = checkCommand(criu, way);
  try {
    const { stdout, stderr } = await run(file, args, { seconds: 120 });
    return `criu check: ${lastLines(stdout || stderr, 1)}`;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const missing = complaints(`${error.stdout}\n${error.stderr}`);
    const whose = way === 'root' ? 'criu check' : 'criu check, without root';
    return missing.length > 0
      ? `${whose}: misses some features: ${missing.join('; ')}`
      : `${whose}: ${error.message}`;
  }
}
