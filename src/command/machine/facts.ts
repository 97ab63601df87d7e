import { readFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { type TreeProcess, treeProcess, treeProcesses } from '../checkpoint/tree/processes.ts';
import { type CpuUse, cpuUse } from './cpu-use.ts';
import { PAGE_SIZE } from './page-size.ts';

/** The facts that an image states about the machine that it was made on, and that a restore compares with its own. */
export interface MachineFacts {
  /** The architecture as `uname -m` says it. */
  arch: string;
  pageSize: number;
  kernel: string;
  /** The C library; undefined for one that does not say its version. */
  libc: string | undefined;
  cpu: CpuUse[];
}

/** Collects the facts; to be called while the program stands still: before, it may choose further code by its CPU. */
export function machineFacts({ init, program }: Pick<ProgramRecord, 'init' | 'program'>): MachineFacts {
  const root = init === undefined ? '' : `/proc/${init}/root`;
  return {
    arch: machine(),
    pageSize: PAGE_SIZE,
    kernel: release(),
    libc: libcOf(`${root}/proc/${program}`, root),
    cpu: cpuUse(() => processesOf(init, program as number)),
  };
}

/** Lists the processes; in an engine without namespaces the program is the top of them. */
function processesOf(init: number | undefined, program: number): TreeProcess[] {
  if (init !== undefined) return treeProcesses(init);
  const found = treeProcess(program);
  return found ? [found, ...treeProcesses(program)] : [];
}

/** Finds the C library that the program has mapped, not this process's. */
function libcOf(process: string, root: string): string | undefined {
  const path = readFileSync(`${process}/maps`, 'utf8').match(
    / (\/.*\/(?:libc\.so\.6|libc-2\.\d+\.so|ld-musl-\S+|libc\.musl-\S+))$/m,
  )?.[1];
  if (path === undefined) return undefined;
  if (path.includes('musl')) return 'musl';
  try {
    const [, version] = readFileSync(root + path, 'latin1').match(/stable release version ([\d.]*\d)/) ?? [];
    return version && `glibc ${version}`;
  } catch {
    return undefined; // it was replaced while the program ran: the restore compares the file
  }
}
