import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { OpenDescriptor, ProcessReport, Report } from '../../src/command/trace/report.ts';
import { type Ended, pause } from './crac.ts';
import { place } from './own-place.ts';

export const skipped = (reason: string): string => (reason ? ` (skipped: ${reason})` : '');

/** Compiles with -g, into the test's own place. */
export function compile(source: string, name: string, ...options: string[]): string {
  const output = place.path(name);
  execFileSync(process.env.CC ?? 'cc', ['-g', '-O1', '-o', output, source, ...options]);
  return output;
}

export const whole = (ended: Ended): ProcessReport =>
  (JSON.parse(ended.stdout.slice(ended.stdout.indexOf('{\n'))) as Report).processes[0] as ProcessReport;

/** Waits until a process is traced, and returns by whom. */
export async function tracedBy(pid: number): Promise<string> {
  for (;;) {
    const tracer = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^TracerPid:\s+(\d+)/m)?.[1] ?? '0';
    if (tracer !== '0') return tracer;
    await pause(10);
  }
}

/** Returns what is told of the first process: its own descriptors, without the runtime's. */
export const own = (ended: Ended): OpenDescriptor[] =>
  whole(ended).descriptors.filter(({ how, runtime }) => how !== 'inherited' && !runtime);

export const brief = ({ kind, what, opened }: OpenDescriptor) => ({
  kind,
  what: what.replace(/\d{4,}/g, 'N'),
  at: opened?.javascript.filter((frame) => !frame.includes('node:')).map(lineOf),
});

/** Returns `leaks.c:9`, whatever directory it lies in. */
export const lineOf = (place = ''): string => place.replace(/[^\s(]*\//, '');
