import type { ProgramDetails, ReadyDetails, StdioDescriptor } from '../../shared/protocol/messages.ts';
import { epollRegistrations, stdioTargets } from './stdio.ts';

export const programDetails = (): ProgramDetails => ({
  node: { version: process.version, path: process.execPath },
  argv: process.argv,
  environmentNames: Object.keys(process.env),
});

/** @param stdio the descriptors that get placeholders */
export function readyDetails(
  mailbox: number,
  stdio: StdioDescriptor[],
  snapshot: boolean | undefined,
): ReadyDetails {
  const targets = stdioTargets();
  const inputs = new Set(stdio.filter(({ slot }) => slot === 0).map(({ fd }) => fd));
  return {
    mailbox,
    ...(snapshot && { snapshot }),
    environment: { ...process.env } as Record<string, string>,
    ...currentDirectory(),
    stdio,
    stdioTargets: targets,
    pollStdin: epollRegistrations(inputs).length > 0,
    ...programDetails(),
  };
}

function currentDirectory(): { cwd?: string } {
  try {
    return { cwd: process.cwd() };
  } catch {
    return {}; // the file has been deleted
  }
}
