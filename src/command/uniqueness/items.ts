import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { textItems } from './text-items.ts';

/** One value of an answer, and where it stands. */
export interface Item {
  /** The place, as `JSON $.user.id`, `header x-request-id`, `cookie sid`. */
  where: string;
  text: string;
}

/** The parts of an answer that are compared. */
export interface Said {
  status: number;
  headers: [name: string, value: string][];
  /** The part of the body that was kept. */
  body: Buffer;
}

/**
 * Headers that are not compared: they tell of the connection, of the clock, or of the body, which is compared itself. A
 * hash of the body is equal wherever the body is.
 */
const NOT_COMPARED = new Set(
  `accept-ranges age alt-svc cache-control connection content-digest content-encoding content-length content-md5 date
  digest etag expires keep-alive last-modified ratelimit ratelimit-limit ratelimit-policy ratelimit-remaining
  ratelimit-reset repr-digest retry-after server-timing transfer-encoding vary x-ratelimit-limit
  x-ratelimit-remaining x-ratelimit-reset x-response-time x-runtime`.split(/\s+/),
);

/** The number of levels of a JSON value that are looked into. */
const DEEPEST = 40;

export const BINARY = 'the binary body';

export function itemsOf(said: Said): Item[] {
  return numbered([...said.headers.flatMap(([name, value]) => headerItems(name, value)), ...bodyItems(said)]);
}

function headerItems(name: string, value: string): Item[] {
  const lower = name.toLowerCase();
  if (lower === 'set-cookie') return cookieItems(value);
  return NOT_COMPARED.has(lower) ? [] : leaf(`header ${lower}`, value);
}

/** Returns only the value of a cookie: `Expires` and `Max-Age` are the clock's. */
function cookieItems(value: string): Item[] {
  const [pair = ''] = value.split(';');
  const equals = pair.indexOf('=');
  if (equals < 0) return [];
  return leaf(`cookie ${pair.slice(0, equals).trim()}`, unescaped(pair.slice(equals + 1).trim()));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // the text has a % of its own
  }
}

function bodyItems({ headers, body }: Said): Item[] {
  const type = headerOf(headers, 'content-type').toLowerCase();
  const bytes = unpacked(body, headerOf(headers, 'content-encoding').toLowerCase());
  if (bytes.length === 0) return [];
  if (isBinary(bytes)) return [{ where: BINARY, text: bytes.toString('latin1') }];
  const text = bytes.toString('utf8');
  const json = /json/.test(type) || /^\s*[[{"]/.test(text) ? parsed(text) : undefined;
  if (json !== undefined) return jsonItems(json, '$', 0);
  const lines = jsonLines(text);
  if (lines) return lines.flatMap((value, index) => jsonItems(value, `line ${index + 1} $`, 0));
  return textItems(text, /html|xml/.test(type) ? 'HTML' : 'text');
}

const headerOf = (headers: Said['headers'], name: string): string =>
  headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? '';

function unpacked(body: Buffer, encoding: string): Buffer {
  try {
    if (/gzip/.test(encoding)) return gunzipSync(body);
    if (/deflate/.test(encoding)) return inflateSync(body);
    if (/br/.test(encoding)) return brotliDecompressSync(body);
  } catch {
    // The body is cut off, or not packed as its header says: it is compared as bytes.
  }
  return body;
}

/** Tells whether bytes are no text, whose last character may have been cut in two. */
const isBinary = (bytes: Buffer): boolean =>
  bytes.includes(0) || bytes.toString('utf8', 0, Math.max(bytes.length - 3, 1)).includes('\ufffd');

/** Parses JSON with numbers as they were written: a whole number may be longer than JavaScript's are exact. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(LONG_NUMBER, '$1"$2"'));
  } catch {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }
}

const LONG_NUMBER = /([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g;

/** Parses newline-delimited JSON. */
function jsonLines(text: string): unknown[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || !lines.every((line) => /^\s*[[{]/.test(line))) return undefined;
  const values = lines.map(parsed);
  return values.includes(undefined) ? undefined : values;
}

function jsonItems(value: unknown, path: string, depth: number): Item[] {
  if (typeof value === 'string') return leaf(`JSON ${path}`, value);
  if (typeof value === 'number') return [{ where: `JSON ${path}`, text: String(value) }];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  if (Array.isArray(value))
    return value.flatMap((one, index) => jsonItems(one, `${path}[${index}]`, depth + 1));
  return Object.entries(value).flatMap(([name, one]) => {
    const step = /^[\w$]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    // A name may be an id itself: {"7f3a…": {…}}.
    return [{ where: `name in JSON ${path}`, text: name }, ...jsonItems(one, `${path}${step}`, depth + 1)];
  });
}

/** Returns a string, and what is inside of it where it is JSON in base64, as in a JWT or in a cookie. */
function leaf(where: string, text: string): Item[] {
  const inner = text.split(/[.\s]/).flatMap((part) => {
    if (!/^eyJ[\w+/-]{8,}=*$/.test(part)) return [];
    const value = parsed(Buffer.from(part, 'base64url').toString('utf8'));
    return value === undefined
      ? []
      : jsonItems(value, '$', 0).map((item) => ({ ...item, where: `${where}, in it ${item.where}` }));
  });
  return [{ where, text }, ...inner];
}

/** Numbers places, so that each has a name of its own. */
function numbered(items: Item[]): Item[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const count = (seen.get(item.where) ?? 0) + 1;
    seen.set(item.where, count);
    return count === 1 ? item : { ...item, where: `${item.where} (${count})` };
  });
}
