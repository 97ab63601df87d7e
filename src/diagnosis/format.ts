import type { Finding, Phase, Remedy } from './entry.ts';
import type { Diagnosis } from './explain-text.ts';
import { WHERE } from './page.ts';
import type { Unknown } from './unknown.ts';

/** Paints a piece of text, or leaves it as it is. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Paint = { strong: (text) => text, faint: (text) => text };

const PHASES: Record<Phase, string> = {
  checkpoint: 'checkpoint',
  restore: 'restore',
  start: 'start',
  both: 'checkpoint or restore',
};

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

function remedyLines({ what, where, command, cost }: Remedy, index: number, paint: Paint): string {
  return [
    `  ${index + 1}. [${WHERE[where]}] ${what}${command ? ':' : ''}`,
    ...(command ? [indent(paint.strong(command), 7)] : []),
    ...(cost ? [`     ${paint.faint(`cost: ${cost}`)}`] : []),
  ].join('\n');
}

export function formatFinding(finding: Finding, paint: Paint = PLAIN): string {
  const { code, phase, cause, evidence, remedies, confidence } = finding;
  return [
    `${paint.strong(code)} (${PHASES[phase]}, ${confidence})`,
    cause,
    indent(paint.faint(evidence), 4),
    'What to do, best first:',
    ...remedies.map((remedy, index) => remedyLines(remedy, index, paint)),
    paint.faint(`More: docs/errors.md#${code.toLowerCase()}`),
  ].join('\n');
}

export function formatUnknown({ line, file, part, onlyAftermath, byCrac }: Unknown): string {
  if (byCrac)
    return `crac itself has said what is wrong; what to do stands in its message:\n${indent(line, 4)}`;
  return [
    onlyAftermath ? 'Only what follows from the failure is there, not its cause:' : 'The first error line:',
    `    ${line}`,
    ...(file ? [`It comes from CRIU's ${file}${part ? `, which ${part}` : ''}.`] : []),
    'What to look at next:',
    ...(onlyAftermath
      ? ['  1. The log from its beginning: the first line with `Error (` is the cause.']
      : [
          '  1. The lines just above it in the log: they name the process, descriptor or file that was handled.',
        ]),
    '  2. A log with everything in it: repeat with the engine option -v4 (crac restore IMAGE --engine-option=-v4).',
    '  3. Whether the engine suits this kernel:',
    '       crac engine',
  ].join('\n');
}

/** The whole answer of `crac explain`. */
export function formatDiagnosis(
  { findings, unknown, worked }: Diagnosis,
  name: string,
  paint: Paint,
): string {
  if (findings.length > 0)
    return `${findings.map((finding) => formatFinding(finding, paint)).join('\n\n')}\n`;
  if (worked) return `${name}: this tells of a checkpoint or a restore that worked.\n`;
  if (unknown) return `${name}: the cause is not known.\n${formatUnknown(unknown)}\n`;
  return [
    `${name}: the cause is not known; no line of CRIU, Java or a container runtime that tells of a failure is in it.`,
    "What to look at next: the engine's log, dump4.log or dump.log in the image directory, restore.log of a restore.",
    '',
  ].join('\n');
}

/** For the end of a command that failed: the cause, the one line that tells, and the first remedy. */
export function summarise(findings: readonly Finding[]): string {
  return findings
    .map(({ code, cause, evidence, remedies }) => {
      const [best] = remedies;
      return [
        `${cause} [${code}]`,
        `  ${evidence.replace(/^\([\d.]+\)\s*/, '')}`,
        ...(best ? [`What to do: ${best.what}${best.command ? ':' : ''}`] : []),
        ...(best?.command ? [indent(best.command, 2)] : []),
      ].join('\n');
    })
    .join('\n');
}
