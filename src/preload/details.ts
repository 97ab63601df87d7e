import type { ProgramDetails, ReadyDetails } from '../protocol/messages.ts';
import { epollRegistrations, stdioDescriptors, stdioTargets } from './stdio.ts';

export const programDetails = (): ProgramDetails => ({
  node: { version: process.version, path: process.execPath },
  argv: process.argv,
  environmentNames: Object.keys(process.env),
});

/** @param cut inodes of unix connections to processes outside */
export function readyDetails(mailbox: number, cut: number[]): ReadyDetails {
  const targets = stdioTargets();
  const stdio = stdioDescriptors(targets);
  const inputs = new Set(stdio.filter(({ slot }) => slot === 0).map(({ fd }) => fd));
  return {
    mailbox,
    stdio,
    stdioTargets: targets,
    pollStdin: epollRegistrations(inputs).length > 0,
    cut,
    ...programDetails(),
  };
}
