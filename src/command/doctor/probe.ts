import { getSystemErrorName } from 'node:util';
import { NATIVE } from '../base/paths.ts';
import { RunError, run } from '../base/run.ts';

/**
 * The way to a checkpoint: root of the machine needs no user namespace; everybody else's way is through one
 * (docs/unprivileged.md).
 */
export type Way = 'root' | 'user';

/** The kernel's answers when it was asked (native/commands/probe.c). */
export interface Probe {
  way: Way;
  /** The answers: `''` where a step worked, else the name of the error; a step that was not reached is missing. */
  answers: ReadonlyMap<string, string>;
  /** Permitted capabilities in the engine's file, as a bit mask. */
  fileCapabilities: bigint;
  /** The signal that ended the probe before its end: a seccomp filter that kills instead of refusing. */
  ended?: string;
}

function parse(text: string): Probe {
  const answers = new Map<string, string>();
  let way: Way = 'user';
  let fileCapabilities = 0n;
  for (const line of text.split('\n').filter(Boolean)) {
    const [name = '', value = ''] = line.split(' ');
    if (name === 'mode') way = value === 'root' ? 'root' : 'user';
    else if (name === 'file-capabilities') fileCapabilities = BigInt(value);
    else answers.set(name, value === '0' ? '' : getSystemErrorName(-Number(value)));
  }
  return { way, answers, fileCapabilities };
}

/**
 * Asks the kernel, harmlessly, in some 2 ms.
 * @param engine file whose capabilities are to be told
 * @returns undefined where the native part cannot be started; the checks of node say so
 */
export async function probe(engine: string | undefined): Promise<Probe | undefined> {
  try {
    const { stdout } = await run(NATIVE, ['probe', ...(engine ? [engine] : [])], { seconds: 60 });
    return parse(stdout);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.stdout ? { ...parse(error.stdout), ended: error.message } : undefined;
  }
}
