import { wrap } from '../base/wrap.ts';
import type { Finding, Phase, Remedy, Tell } from './entry.ts';
import type { Errno } from './errno.ts';
import type { Diagnosis } from './explain-text.ts';
import { foldCommand } from './fold.ts';
import { LOGS, NAMES, type Speaker } from './speaker.ts';
import type { ErrorLine } from './unknown.ts';
import { WHERE } from './where.ts';

/** The functions that paint a piece of text, or leave it as it is. */
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

const WIDTH = 100;
/** The number of remedies that are shown unless all are asked for: the best ones. */
const SHOWN = 3;

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));
const wrapped = (text: string, first = '', hanging = first): string =>
  wrap(text, WIDTH, first, hanging).join('\n');

/** Words a finding as first, before which another may have stood when the entry was written. */
const asFirst = (what: string): string =>
  what.replace(/^Or (\w)/, (_, letter: string) => letter.toUpperCase());

function remedyLines({ what, where, command, cost }: Remedy, index: number, paint: Paint): string {
  const said = index === 0 ? asFirst(what) : what;
  return [
    wrapped(`${index + 1}. [${WHERE[where]}] ${said}${command ? ':' : ''}`, '  ', '     '),
    ...(command ? [indent(paint.strong(foldCommand(command, WIDTH - 7)), 7)] : []),
    ...(cost ? [paint.faint(wrapped(`cost: ${cost}`, '     '))] : []),
  ].join('\n');
}

const tellLines = ({ what, command }: Tell, paint: Paint): string =>
  [
    wrapped(`- ${what}${command ? ':' : ''}`, '  ', '    '),
    ...(command ? [indent(paint.strong(foldCommand(command, WIDTH - 7)), 7)] : []),
  ].join('\n');

const errnoLine = ({ number, name, text }: Errno): string =>
  wrapped(`Error number ${number} is ${name}: ${text}.`);

export function formatFinding(finding: Finding, paint: Paint = PLAIN, all = false): string {
  const { code, title, phase, cause, evidence, errno, remedies, tells, confidence } = finding;
  const shown = all ? remedies : remedies.slice(0, SHOWN);
  const more = remedies.length - shown.length;
  return [
    `${paint.strong(title)}  [${code}]`,
    paint.faint(`(${PHASES[phase]}, ${confidence})`),
    paint.faint(wrapped(evidence, '    ', '      ')),
    wrapped(cause),
    ...(errno ? [errnoLine(errno)] : []),
    'What to do, best first:',
    ...shown.map((remedy, index) => remedyLines(remedy, index, paint)),
    ...(tells.length > 0 ? ['What would tell more:', ...tells.map((tell) => tellLines(tell, paint))] : []),
    paint.faint(
      more > 0
        ? `${more} more: crac explain --all; the whole page: crac explain ${code}`
        : `The whole page: crac explain ${code}`,
    ),
  ].join('\n');
}

/** Says where to ask next: the log that a line names, or where such a log lies. */
function nextLog(speakers: readonly Speaker[], log: string | undefined): string[] {
  if (log !== undefined) return [`The log that is named there:\n       crac explain ${log}`];
  const speaker = speakers.find((one) => LOGS[one] !== undefined);
  return speaker === undefined
    ? []
    : [`The log of the engine under ${NAMES[speaker]}:\n       ${LOGS[speaker]}`];
}

function whatNext(
  { onlyAftermath, file, next }: ErrorLine,
  { facts: { speakers, log, criu } }: Diagnosis,
): string[] {
  const isEngine = file !== undefined;
  if (!isEngine) return nextLog(speakers, log);
  return [
    onlyAftermath
      ? 'The log from its beginning: the first line with `Error (` is the cause.'
      : 'The lines just above it in the log: they name the process, descriptor or file that was handled.',
    ...(next && !onlyAftermath ? [`${next.what}:\n       ${next.command}`] : []),
    speakers.includes('crac')
      ? 'A log with everything in it:\n       crac restore IMAGE --engine-option=-v4'
      : 'A log with everything in it: repeat with `-v4` of CRIU.',
    ...(criu === undefined ? ['Whether the engine suits this kernel:\n       criu check --all'] : []),
  ];
}

export function formatUnknown(first: ErrorLine, diagnosis: Diagnosis): string {
  const { line, file, part, errno, before, onlyAftermath, byCrac } = first;
  if (byCrac)
    return `crac itself has said what is wrong; what to do stands in its message:\n${indent(line, 4)}`;
  const [speaker = 'criu'] = diagnosis.facts.speakers;
  const heading = onlyAftermath
    ? 'Only what follows from the failure is there, not its cause:'
    : file === undefined
      ? `The first line that tells of a failure${speaker === 'criu' ? '' : `, in ${NAMES[speaker]}'s words`}:`
      : 'The first error line:';
  const next = whatNext(first, diagnosis);
  return [
    heading,
    wrapped(line, '    ', '      '),
    ...(errno ? [errnoLine(errno)] : []),
    ...(file ? [wrapped(`It comes from CRIU's ${file}${part ? `, which ${part}` : ''}.`)] : []),
    ...(file && before.length > 0 ? ['Before it:', ...before.map((text) => `    ${text}`)] : []),
    ...(next.length > 0
      ? ['What to look at next:', ...next.map((text, index) => `  ${index + 1}. ${text}`)]
      : []),
  ].join('\n');
}

/** Prints the engine's first error first, also where an entry knows only what followed. */
const firstLine = ({ first, isFirstUnknown }: Diagnosis): string[] =>
  first && isFirstUnknown
    ? [
        `The first error line, which is not known:\n    ${first.line}${first.part ? `\n${wrapped(`It comes from CRIU's ${first.file}, which ${first.part}.`)}` : ''}`,
      ]
    : [];

const CUT_OFF: readonly string[] = [
  wrapped(
    'The log has no error, and ends without the line by which the engine says how it went: the engine was killed or is still at work, or the end of the log is not there.',
  ),
  'What to look at next:',
  '  1. Whether the kernel has ended it for want of memory, or a time limit of the caller:',
  '       sudo journalctl -k --since -1h | grep -iE "out of memory|oom|killed process"',
  '  2. The end of the log itself, where it was copied:',
  '       tail -n 20 dump.log restore.log',
];

/** Writes the whole answer of `crac explain`. */
export function formatDiagnosis(diagnosis: Diagnosis, name: string, paint: Paint, all = false): string {
  const { findings, first, isKnown, worked, isCutOff } = diagnosis;
  if (findings.length > 0)
    return `${[
      ...(isKnown ? [] : [`${name}: the cause is not known; it stands in another log.`]),
      ...firstLine(diagnosis),
      ...findings.map((finding) => formatFinding(finding, paint, all)),
    ].join('\n\n')}\n`;
  if (worked) return `${name}: this tells of a checkpoint or a restore that worked.\n`;
  if (first) return `${name}: the cause is not known.\n${formatUnknown(first, diagnosis)}\n`;
  if (isCutOff) return `${[`${name}: the cause is not known.`, ...CUT_OFF].join('\n')}\n`;
  return [
    `${name}: no line in it tells of a failure of CRIU, Java or a container runtime.`,
    wrapped(
      "What to look at next: the engine's log, dump4.log or dump.log in the image directory, restore.log of a restore.",
    ),
    '',
  ].join('\n');
}

/** Writes the end of a message of a command that failed: the cause, the one line that tells, and the first remedy. */
export function summarise(findings: readonly Finding[]): string {
  return findings
    .map(({ code, cause, evidence, remedies }) => {
      const [best] = remedies;
      return [
        `${cause} [${code}]`,
        `  ${evidence.replace(/^\([\d.]+\)\s*/, '')}`,
        ...(best ? [`What to do: ${asFirst(best.what)}${best.command ? ':' : ''}`] : []),
        ...(best?.command ? [indent(best.command, 2)] : []),
      ].join('\n');
    })
    .join('\n');
}
