import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';
import { inWordsOf, runtimeHere } from '../doctor/runtime-words.ts';

/** CAP_SYS_PTRACE's number in the kernel's capability sets. */
const CAP_SYS_PTRACE = 19n;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not of this kernel, or the process has ended: then it tells nothing
  }
}

const field = (status: string, name: string): string =>
  status.match(new RegExp(`^${name}:\\s+(\\S+)`, 'm'))?.[1] ?? '';

/** Explains why strace could not begin, and what mends it. */
export function explainRefusal(pid: number | undefined, complaint: string): CommandError {
  const said = complaint.trim();
  const reasons = refusals(pid, said);
  const text = [
    pid === undefined ? 'strace could not start the program' : `strace could not attach to ${pid}`,
    ...(said ? [`  ${said.replaceAll('\n', '\n  ')}`] : []),
    ...reasons,
  ].join('\n');
  return new CommandError(
    text,
    pid !== undefined && /No such process/.test(said) ? EXIT.target : EXIT.engine,
  );
}

function refusals(pid: number | undefined, said: string): string[] {
  const own = read('/proc/self/status');
  const capable = ((BigInt(`0x${field(own, 'CapEff') || '0'}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
  const yama = Number(read('/proc/sys/kernel/yama/ptrace_scope') || '0');
  if (pid === undefined) {
    const filtered = field(own, 'Seccomp') === '2' || yama === 3;
    return filtered ? [seccompAdvice(yama)] : [];
  }
  const status = read(`/proc/${pid}/status`);
  if (status === '') return [`there is no process ${pid}; \`ps -e\` lists them`];
  const tracer = field(status, 'TracerPid');
  if (tracer !== '0')
    return [
      `process ${tracer} (${read(`/proc/${tracer}/comm`).trim()}) traces it already, and only one can: end that first (a debugger, another strace)`,
    ];
  if (!/not permitted/i.test(said)) return [];
  const mine = process.getuid?.() ?? 0;
  const theirs = Number(status.match(/^Uid:\s+(\d+)/m)?.[1] ?? mine);
  if (mine !== 0 && theirs !== mine && !capable)
    return [
      `it belongs to another user (${theirs}), and CAP_SYS_PTRACE is missing: sudo crac trace --pid ${pid}`,
    ];
  if (yama > 0 && !(capable && yama < 3)) return [yamaAdvice(yama, pid)];
  if (!capable && mine === 0)
    return [
      `root here lacks CAP_SYS_PTRACE, as in most containers; give it to the container: ${container('--cap-add SYS_PTRACE')}`,
    ];
  if (field(own, 'Seccomp') === '2') return [seccompAdvice(yama)];
  return ['it has more privileges than you (it may be SUID, or not dumpable): sudo crac trace --pid …'];
}

/** Words a container's options as the runtime around this process does. */
const container = (flags: string): string =>
  inWordsOf(runtimeHere() ?? 'docker', `docker run ${flags} …`).replaceAll('\n', '; ');

const seccompAdvice = (yama: number): string =>
  yama === 3
    ? 'kernel.yama.ptrace_scope is 3: nothing can be traced until the machine is started again without it'
    : `a seccomp filter may forbid ptrace here, as Docker's does before kernel 4.8: ${container('--security-opt seccomp=unconfined')}`;

const yamaAdvice = (yama: number, pid: number): string =>
  ({
    1: `kernel.yama.ptrace_scope is 1: only children can be traced. Start it by \`crac trace app.js\` instead, or: sudo crac trace --pid ${pid}, or: sudo sysctl kernel.yama.ptrace_scope=0`,
    2: `kernel.yama.ptrace_scope is 2: only with CAP_SYS_PTRACE: sudo crac trace --pid ${pid}`,
  })[yama] ??
  'kernel.yama.ptrace_scope is 3: nothing can be traced until the machine is started again without it';
