import { lastLines, RunError, run } from './run.ts';

/** Without root, CRIU works inside a user namespace; a program starts these words, then the command. */
export const USER_NAMESPACE = ['unshare', '-U', '-r', '-m', '-p', '-f', '--mount-proc'] as const;

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** `criu check` as the engine will be run here. */
function checkCommand(criu: string): string[] {
  return isRoot() ? [criu, 'check'] : [...USER_NAMESPACE, criu, 'check', '--unprivileged'];
}

/** CRIU's errors without where in its source they are. */
const complaints = (log: string): string[] => [
  ...new Set([...log.matchAll(/^Error \([^)]*\): (.*)/gm)].map(([, text = '']) => text)),
];

/**
 * What `criu check` says, for people. It is no verdict: without root it misses what only some programs need (TCP
 * repair, for connections that are to stay open across a checkpoint).
 */
export async function checkReport(criu: string): Promise<string> {
  const [file = '', ...args] = checkCommand(criu);
  try {
    const { stdout, stderr } = await run(file, args, { seconds: 60 });
    return `criu check: ${lastLines(stdout || stderr, 1)}`;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const missing = complaints(`${error.stdout}\n${error.stderr}`);
    const whose = isRoot() ? 'criu check' : 'criu check, without root';
    return missing.length > 0
      ? `${whose}: misses some features: ${missing.join('; ')}`
      : `${whose}: ${error.message}`;
  }
}
