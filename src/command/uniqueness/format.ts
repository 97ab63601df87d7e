import { formatTable } from '../base/format.ts';
import { placeOf } from './allow.ts';
import { type Finding, isLoud, type Kind } from './finding.ts';

/** The number of characters of a value that are shown. */
const SHOWN = 44;

/** The number of places of a kind that is no fault by itself; all are in the JSON. */
const FEW = 4;

/** The number of places of faults that are printed. */
const MANY = 30;

/**
 * Writes what two copies have in common, for people; empty where there is nothing to say.
 * @param drawnBefore random bytes that both have in common, each with the place that drew them: it may come from there
 */
export function formatFindings(findings: Finding[], drawnBefore: string[] = []): string {
  const loud = findings.filter(isLoud);
  const notes = (['counter', 'choice', 'time', 'once'] as const).flatMap((kind) => {
    const those = findings.filter((one) => one.kind === kind);
    return those.length === 0 ? [] : [`${NOTES[kind]}: ${few(those)}`];
  });
  return [...(loud.length > 0 ? [alarm(loud, drawnBefore)] : []), ...notes].join('\n');
}

const NOTES: Record<Exclude<Kind, 'random' | 'part'>, string> = {
  counter: 'a counter that both copies go on with (fine for hit counters, wrong for ids)',
  choice:
    'equal in both copies and not always the same (by chance, by turns, or from a generator with a seed)',
  once: 'sent by both copies, and not new with each request (fine for names and passwords that they were given, wrong for client ids)',
  time: 'a time that is equal in both copies',
};

function few(findings: Finding[]): string {
  const shown = findings
    .slice(0, FEW)
    .map((one) => (one.kind === 'once' ? `${placeOf(one)} "${shownValue(one)}"` : placeOf(one)));
  const more = findings.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function alarm(loud: Finding[], drawnBefore: string[]): string {
  const rows = loud.slice(0, MANY).map((finding) => [placeOf(finding), shownValue(finding), remark(finding)]);
  const table = formatTable(rows)
    .split('\n')
    .map((line) => `  ${line}`);
  if (loud.length > MANY) table.push(`  and ${loud.length - MANY} more places (--json has all)`);
  const parts = loud.some(({ kind }) => kind === 'part')
    ? '\nWhat stands beside … differs, as the time does: two copies that make one at the same moment make the same.'
    : '';
  const drawn = drawnBefore.slice(0, MANY).map((text) => `  ${text.replace(/\p{Cc}/gu, ' ')}\n`);
  const sources =
    drawn.length > 0 ? `Drawn before the checkpoint, and the same in both:\n${drawn.join('')}` : '';
  return `WARNING: two copies of this image give out the same ${loud.length === 1 ? 'value' : 'values'}, and ${loud.length === 1 ? 'it is' : 'they are'} new with each answer:

${table.join('\n')}
${parts}
An id, a token or a nonce of one copy is valid, or taken, in the other: users would share sessions. It comes from
random bytes drawn before the checkpoint, or from a generator that was given its seed then. Draw it anew in
\`onCopy\` (docs/compare.md).
${sources}What may be equal: --allow-equal '${placeOf(loud[0] as Finding)}'`;
}

/** Writes a finding for programs; `fault` tells what is printed as a warning. */
export const findingJson = (finding: Finding): object => ({ fault: isLoud(finding), ...finding });

function shownValue({ value }: Finding): string {
  const plain = value.replace(/\p{Cc}/gu, '.');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}

const remark = ({ times, drawnBy }: Finding): string =>
  [times > 1 && `${times} times`, drawnBy && `drawn by ${drawnBy}`].filter(Boolean).join(', ');
