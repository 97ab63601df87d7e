import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';

/** One request of the warm-up. */
export interface WarmRequest {
  method: string;
  /** A path below the program's own address, or a whole URL. */
  target: string;
  headers: Record<string, string>;
  body: string;
  /** The status that the answer must have; undefined for any 2xx or 3xx. */
  expect?: number;
  /** The number of times that it is sent. */
  count?: number;
  ignoreBody?: true;
}

export const get = (target: string): WarmRequest => ({ method: 'GET', target, headers: {}, body: '' });

export const nameOf = ({ method, target }: WarmRequest): string => `${method} ${target}`;

/** @throws CommandError for what is neither a path nor an address of http */
export function checkTarget(target: string, where: string): string {
  if (target.startsWith('/') || (/^https?:\/\//i.test(target) && URL.canParse(target))) return target;
  throw new CommandError(
    `${where} ${target}: expected a path as /items, or an address as http://127.0.0.1:3000/items`,
    EXIT.usage,
  );
}

const METHOD = /^[A-Z]+$/;

/**
 * Reads the format of `.http` files, as editors have it: requests between lines of `###`; each a line `METHOD TARGET`,
 * header lines, an empty line, the body. Lines that begin with `#` or `//` above the body are comments; `# @expect N`,
 * `# @count N` and `# @ignore-body` say how the request is meant.
 *
 * @throws CommandError with the file and the number of the line that cannot be understood
 */
export function parseRequests(text: string, from: string): WarmRequest[] {
  const found: WarmRequest[] = [];
  let block: Line[] = [];
  const finish = () => {
    const request = parseBlock(block, from);
    if (request) found.push(request);
    block = [];
  };
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.startsWith('###')) finish();
    else block.push({ text: line, number: index + 1 });
  });
  finish();
  if (found.length === 0)
    throw new CommandError(`${from}: no request in it; a line such as GET /items is one`, EXIT.usage);
  return found;
}

interface Line {
  text: string;
  number: number;
}

function parseBlock(lines: Line[], from: string): WarmRequest | undefined {
  const refuse = ({ number, text }: Line, expected: string): never => {
    throw new CommandError(`${from}, line ${number}: ${expected}, found: ${text}`, EXIT.usage);
  };
  let request: WarmRequest | undefined;
  const settings: Pick<WarmRequest, 'expect' | 'count' | 'ignoreBody'> = {};
  for (const [index, line] of lines.entries()) {
    const words = line.text.trim();
    if (words.startsWith('#') || words.startsWith('//')) {
      setting(words.replace(/^(#|\/\/)\s*/, ''), settings, (expected) => refuse(line, expected));
      continue;
    }
    if (words === '') {
      if (!request) continue;
      request.body = lines
        .slice(index + 1)
        .map(({ text }) => text)
        .join('\n')
        .trimEnd();
      break;
    }
    if (!request) {
      const [method = '', target = ''] = words.split(/\s+/);
      if (!METHOD.test(method) || target === '') refuse(line, 'expected METHOD TARGET, as GET /items');
      request = {
        method,
        target: checkTarget(target, `${from}, line ${line.number}:`),
        headers: Object.create(null) as Record<string, string>, // a header may have any name, also `__proto__`
        body: '',
      };
      continue;
    }
    const [, name, value] = words.match(/^([\w-]+):\s*(.*)$/) ?? [];
    if (name === undefined || value === undefined)
      return refuse(line, 'expected a header as name: value (an empty line ends the headers)');
    request.headers[name.toLowerCase()] = value;
  }
  return request && { ...request, ...settings };
}

function setting(
  text: string,
  into: Pick<WarmRequest, 'expect' | 'count' | 'ignoreBody'>,
  refuse: (expected: string) => never,
): void {
  const [, name, value] = text.match(/^@(expect|count|ignore-body)\b\s*(.*)$/) ?? [];
  if (name === undefined) return; // a comment, or a word of another tool's
  if (name === 'ignore-body') into.ignoreBody = true;
  else if (!/^[1-9]\d*$/.test(value ?? ''))
    refuse(`expected a number, as @${name} ${name === 'expect' ? 404 : 20}`);
  else into[name as 'expect' | 'count'] = Number(value);
}

/** @throws CommandError for a file that cannot be read or understood */
export function requestsOf(file: string, option = '--warm-file'): WarmRequest[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CommandError(
      `${option} ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`,
      EXIT.usage,
      { cause },
    );
  }
  return parseRequests(text, `${option} ${file}`);
}
