import type { LogLine } from './line.ts';

/** Words by which any program says that something did not work. */
const COMPLAINS =
  /\b(?:error|fail(?:ed|ure|s)?|fatal|panic(?:ked)?|inconsistent|corrupt(?:ed)?|mismatch(?:ed)?|cannot|can't|couldn't|could not|unable|denied|refused|invalid|unknown|unsupported|missing|abort(?:ed)?|\w*exception)\b|\b(?:isn't|aren't|wasn't|doesn't|didn't|won't)\b|\bonly .{1,60} (?:can|may) be\b|\bha(?:s|ve) no\b|not (?:running|set|destroyed|an? (?:directory|regular file|file|image|archive)|present|possible|found|supported|permitted|allowed|available|implemented|enabled|installed)|no such|does not (?:exist|support)|is too old|must be (?:provided|set)|illegal|requires (?:an?|at least|exactly|root)\b|timed? ?out|already (?:exists|in use|bound)|read-only file system|no space left|is in use|exit(?:ed)? (?:code|status) [1-9]/i;

/** Matches lines in which such a word tells of something else. */
const QUIET = /\b(?:0 errors|no errors?|error=<nil>|without errors?)\b/i;

/**
 * Finds the line by which a program without CRIU's grammar says that it failed: the first, unless it is a bare heading.
 */
export function complaintIn(lines: readonly LogLine[]): LogLine | undefined {
  const told = lines.filter(
    ({ level, message }) => level === 'plain' && COMPLAINS.test(message) && !QUIET.test(message),
  );
  return told.find(({ message }) => message.split(/\s+/).length > 2) ?? told[0];
}
