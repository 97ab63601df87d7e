import { diagnose } from '../../../src/command/diagnosis/explain-text.ts';
import { readLines } from '../../../src/command/diagnosis/line.ts';
import { isHarmless, isUnwinding } from '../../../src/command/diagnosis/noise.ts';

/** Error numbers that a system call of the engine ends with often; the last stands for all others. */
const REASONS = [
  'Operation not permitted',
  'No such file or directory',
  'Permission denied',
  'File exists',
  'Invalid argument',
  'Address already in use',
  'Cannot assign requested address',
  'Read-only file system',
  'Inappropriate ioctl for device',
  'Operation not supported',
  'Machine is not on the network',
];

const VALUES: Readonly<Record<string, string>> = { s: 'name', c: 'c', x: '1f', X: '1F', p: '0x1f', f: '1.0' };

/** Writes a line as CRIU prints it by this format. */
export function lineOf(file: string, form: string, reason?: string): string {
  const message = form
    .replace(/%%/g, '%')
    .replace(
      /%[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?([a-zA-Z])/g,
      (_, kind: string) => VALUES[kind] ?? '7',
    );
  return `(00.013102) Error (criu/${file}:77): ${message}${reason === undefined ? '' : `: ${reason}`}`;
}

function knows(line: string): string {
  const [finding] = diagnose(line).findings;
  if (finding) return finding.code;
  const [parsed] = readLines(line);
  if (parsed && isHarmless(parsed)) return 'harmless';
  return parsed && isUnwinding(parsed) ? 'aftermath' : '';
}

/**
 * Returns who knows a message: codes of entries, `aftermath` or `harmless`; with `?` where only some error numbers are
 * known.
 */
export function knownBy(file: string, form: string, withReason: boolean): string {
  if (!withReason) return knows(lineOf(file, form));
  const answers = REASONS.map((reason) => knows(lineOf(file, form, reason)));
  const codes = [...new Set(answers)].filter((code) => code !== '');
  return codes.length === 0 ? '' : codes.join(' ') + (answers.at(-1) === '' ? ' ?' : '');
}
