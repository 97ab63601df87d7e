import { quoted } from '../../shared/protocol/node-options.ts';
import { TRACE_NATIVE, TRACE_PRELOAD } from '../base/paths.ts';

/** Makes the environment in which a program writes down its own stacks; its children inherit it. */
export function programEnvironment(
  { LD_PRELOAD, NODE_OPTIONS }: NodeJS.ProcessEnv,
  journal: string,
  fd: number | undefined,
): Record<string, string> {
  return {
    CRAC_TRACE_JOURNAL: journal,
    CRAC_TRACE_NATIVE: TRACE_NATIVE,
    LD_PRELOAD: [TRACE_NATIVE, LD_PRELOAD].filter(Boolean).join(' '),
    NODE_OPTIONS: [`--require ${quoted(TRACE_PRELOAD)}`, NODE_OPTIONS].filter(Boolean).join(' '),
    ...(fd !== undefined && { CRAC_TRACE_FD: String(fd) }),
  };
}
