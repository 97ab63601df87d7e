import { fieldsOf, numberField } from '../wire.ts';
import { KIND } from './dumped.ts';
import type { Rule } from './problem.ts';

const EPOLL = { target: 4, fd: 2 };
const PIDFD = { pid: 4 };

/** The rule that every number of every process stands for a file that the image has. */
export const descriptorsHaveFiles: Rule = (dumped) =>
  [...dumped.holders]
    .filter(([id]) => !dumped.files.has(id))
    .flatMap(([, held]) => held.slice(0, 1))
    .map((holder) => ({
      holder,
      what: 'the engine wrote nothing of what is open there',
      advice: 'Close it in beforeCheckpoint and open it again in afterRestore',
    }));

/** The rule that the targets of an epoll set are open: it can be filled again only with descriptors that are. */
export const epollTargetsAreOpen: Rule = (dumped) =>
  dumped.ofKind(KIND.epoll).flatMap(({ id, facts }) =>
    (dumped.holders.get(id) ?? []).slice(0, 1).flatMap((holder) =>
      facts
        .filter(({ number, value }) => number === EPOLL.target && Buffer.isBuffer(value))
        .map(({ value }) => numberField(fieldsOf(value as Buffer), EPOLL.fd) ?? -1)
        .filter((fd) => !dumped.tables.get(holder.process)?.has(fd))
        .map((fd) => ({
          holder,
          what: `an epoll set watches descriptor ${fd}, which is closed or belongs to another process`,
          advice: 'Take it out of the set (EPOLL_CTL_DEL) before it is closed, or close all its duplicates',
          passing: true as const,
        })),
    ),
  );

/** The rule that processes with a descriptor are of the image, or have ended: only then can it be made again. */
export const pidfdsAreInside: Rule = (dumped) => {
  const inside = new Set(dumped.processes.map(({ pid }) => pid));
  return dumped
    .ofKind(KIND.pidfd)
    .map(({ id, facts }) => ({ id, pid: numberField(facts, PIDFD.pid) ?? -1 }))
    .filter(({ pid }) => pid > 0 && pid < 2 ** 31 && !inside.has(pid))
    .map(({ id, pid }) => ({
      holder: dumped.holder(id),
      what: `a pidfd of process ${pid}, which is not part of the image`,
      advice: 'Close it in beforeCheckpoint, or let the process end and be waited for before the checkpoint',
    }));
};
