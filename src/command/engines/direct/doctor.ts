import { type Finding, limit, ok } from '../../doctor/finding.ts';
import { whyNotAlone } from '../alone.ts';

/** Reports what hinders the engine as a limit and no problem: the other engine may work all the same. */
export function checkDirect(): Finding[] {
  const why = 'the program writes itself, and knows for that how the CPU and glibc keep threads';
  const wrong = whyNotAlone();
  if (wrong !== undefined) return [limit('direct.machine', wrong, why)];
  return [ok('direct.machine', `${process.arch} with glibc; nothing else is needed`, why)];
}
