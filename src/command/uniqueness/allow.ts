import { CommandError, EXIT } from '../base/command-error.ts';
import type { Finding } from './finding.ts';

/** Writes a place as it is printed, and as `--allow-equal` is compared with it. */
export const placeOf = ({ request, where }: Pick<Finding, 'request' | 'where'>): string =>
  `${request}: ${where}`.replace(/\p{Cc}/gu, ' ').trimEnd();

/**
 * Compiles the patterns of `--allow-equal`.
 * @param patterns a part of the place as it is printed, or of the value, with `*` for anything; or `/regex/`
 * @throws CommandError for what is no regular expression
 */
export function allowed(patterns: string[]): (finding: Finding) => boolean {
  const tests = patterns.map(expression);
  return (finding) => tests.some((test) => test.test(placeOf(finding)) || test.test(finding.value));
}

function expression(pattern: string): RegExp {
  const [, inner] = /^\/(.+)\/$/.exec(pattern) ?? [];
  try {
    return new RegExp(inner ?? pattern.split('*').map(escaped).join('.*'), 'i');
  } catch (cause) {
    throw new CommandError(`--allow-equal ${pattern}: ${(cause as Error).message}`, EXIT.usage, { cause });
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
