import type { Report } from '../../src/command/doctor/examine.ts';
import type { Finding } from '../../src/command/doctor/finding.ts';
import { CRAC, type Ended } from './crac.ts';
import { place } from './own-place.ts';

export type EndedReport = Report & { code: number | null };

/** Reads what `crac doctor --json` printed, and how it ended. */
export function reportOf({ code, stdout, stderr }: Ended): EndedReport {
  try {
    return { ...(JSON.parse(stdout) as Report), code };
  } catch (cause) {
    throw new Error(`no report, exit code ${code}: ${stdout}${stderr}`, { cause });
  }
}

export function find(report: Report, id: string): Finding & { fixable?: boolean } {
  const found = report.findings.find((one) => one.id === id);
  if (!found) throw new Error(`no ${id} in ${report.findings.map((one) => one.id).join(', ')}`);
  return found;
}

/** Returns all that was said about it, as an operator reads it. */
export function said(report: Report, id: string): string {
  const { seen, why, mend, details = '' } = find(report, id);
  return [seen, details, why, ...mend].join('\n');
}

/** Runs `crac doctor --json` in the running test's place, through words before it and with variables. */
export async function doctor(
  words: string[] = [],
  env: NodeJS.ProcessEnv = {},
  before: string[] = [],
): Promise<EndedReport> {
  const [file = '', ...args] = [...before, CRAC, 'doctor', '--json', ...words];
  return reportOf(await place.start(file, args, { env: { JAVA_HOME: '', ...env } }).ended);
}
