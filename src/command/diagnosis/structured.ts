/** Names under which structured logs keep what was printed. */
const SAID =
  /^(?:log|line|msg|messages?|err|errors?|reason|details?|desc(?:ription)?|text(?:Payload)?|body|content|output|std(?:err|out)|exception|stack(?:_?trace)?|cause|event)$/i;

/** Matches the same within a piece of JSON that is cut off, or that goes over several lines. */
const FRAGMENT =
  /"(?:log|line|msg|messages?|err|errors?|reason|details?|textPayload|body|output|std(?:err|out)|stack)"\s*:\s*"((?:[^"\\]|\\.)*)(?:"|$)/gi;

const LOGFMT = /\b(?:msg|error|err)="((?:[^"\\]|\\.)*)"/g;

const DEEPEST = 6;

/** Recognises bytes, as which journald writes what is no text. */
const isBytes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 3 && value.every((byte) => Number.isInteger(byte) && byte < 256);

/** Returns what was printed, in the order of the record. */
function said(value: unknown, isSaid: boolean, depth = 0): string[] {
  if (typeof value === 'string') return isSaid ? [value] : [];
  if (isSaid && isBytes(value)) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    said(inner, SAID.test(name) || (isSaid && Array.isArray(value)), depth + 1),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // somebody's braces or quotes, or a piece of JSON
  }
}

const lines = (parts: readonly string[]): string[] => parts.flatMap((part) => part.split(/\r?\n/));

function withoutEscapes(text: string): string {
  const whole = parsed(`"${text.replace(/\\$/, '')}"`);
  return typeof whole === 'string' ? whole : text.replace(/\\(["\\])/g, '$1').replaceAll('\\n', '\n');
}

function fromJson(line: string): string[] | undefined {
  const trimmed = line.trim();
  if (/^".*",?$/.test(trimmed)) {
    const whole = parsed(trimmed.replace(/,$/, ''));
    if (typeof whole === 'string') return [whole];
  }
  const start = line.search(/\[?\{\s*"/);
  const record = start < 0 ? undefined : parsed(line.slice(start));
  const found = record === undefined ? [] : said(record, false);
  if (found.length > 0) return found;
  const pieces = [...line.matchAll(FRAGMENT)].map(([, piece]) => withoutEscapes(piece as string));
  return pieces.length > 0 ? pieces : undefined;
}

/**
 * Takes messages out of structured logs: JSON lines of Docker, Kubernetes, journald and others, logfmt as containerd
 * and podman write it, and one in the other. A line that is none is itself.
 */
export function unwrap(line: string, depth = 0): string[] {
  const inner =
    fromJson(line) ?? [...line.matchAll(LOGFMT)].map(([, text]) => withoutEscapes(text as string));
  if (inner.length === 0) return line.includes('\\n') ? line.split('\\n') : [line];
  return depth < 3 ? lines(inner).flatMap((part) => unwrap(part, depth + 1)) : lines(inner);
}
