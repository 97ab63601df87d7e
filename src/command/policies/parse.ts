import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { Policy } from '../../shared/protocol/policy.ts';

/** The error of a policy file that cannot be used: the message has the line and the column. */
export class PolicyFileError extends Error {
  readonly code = 'ERR_CRAC_POLICY_FILE';

  constructor(file: string, line: number, column: number, message: string) {
    super(`${file}:${line}:${column}: ${message}`);
    this.name = 'PolicyFileError';
  }
}

const TYPES = ['file', 'pipe', 'socket', 'filedescriptor'] as const;
const ACTIONS: Record<Policy['type'], readonly Policy['action'][]> = {
  file: ['error', 'ignore', 'close', 'reopen'],
  pipe: ['error', 'ignore', 'close'],
  socket: ['error', 'ignore', 'close', 'reopen'],
  filedescriptor: ['error', 'ignore', 'close'],
};
const SELECTORS: Record<Policy['type'], readonly string[]> = {
  file: ['path'],
  pipe: [],
  socket: [
    'family',
    'localAddress',
    'remoteAddress',
    'localPort',
    'remotePort',
    'localPath',
    'remotePath',
    'listening',
  ],
  filedescriptor: ['value', 'regex'],
};
const FAMILIES = new Map<string, NonNullable<Policy['family']>>([
  ['ipv4', 'ipv4'],
  ['inet4', 'ipv4'],
  ['ipv6', 'ipv6'],
  ['inet6', 'ipv6'],
  ['ip', 'ip'],
  ['inet', 'ip'],
  ['unix', 'unix'],
]);
const BOOLEANS = ['true', 'false'] as const;

/** A value with the place where it stands. */
interface Entry {
  text: string;
  line: number;
  column: number;
}

/**
 * Reads a file in the format of CRaC's fd-policies: rules between lines of `---`, each a map with `type` and `action`.
 *
 * @param file name for messages
 * @throws PolicyFileError
 */
export function parsePolicies(text: string, file: string): Policy[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const problem = document.errors[0];
    if (problem) {
      const { line, col } = lines.linePos(problem.pos[0]);
      throw new PolicyFileError(
        file,
        line,
        col,
        (problem.message.split('\n')[0] as string).replace(/ at line \d+, column \d+:?$/, ''),
      );
    }
    const rule = ruleOf(document, file, lines);
    return rule ? [rule] : [];
  });
}

function ruleOf(document: Document.Parsed, file: string, lines: LineCounter): Policy | undefined {
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return undefined; // nothing between two `---`
  const start = lines.linePos(contents.range[0]);
  if (!isMap(contents)) {
    throw new PolicyFileError(file, start.line, start.col, 'a rule is a list of `key: value` lines');
  }
  const entries = new Map<string, Entry>();
  for (const { key, value } of contents.items) {
    if (!isScalar(key)) throw new PolicyFileError(file, start.line, start.col, 'a key must be a plain word');
    const at = lines.linePos(key.range?.[0] ?? 0);
    if (!isScalar(value))
      throw new PolicyFileError(file, at.line, at.col, `\`${String(key.value)}\` needs one value`);
    const source = value.source ?? String(value.value);
    entries.set(String(key.value), { text: source, line: at.line, column: at.col });
  }
  return checked(entries, file, start.line);
}

function checked(entries: Map<string, Entry>, file: string, line: number): Policy {
  const wrong = (entry: Entry | undefined, message: string): never => {
    throw new PolicyFileError(file, entry?.line ?? line, entry?.column ?? 1, message);
  };
  const oneOf = <T extends string>(name: string, values: readonly T[]): T => {
    const entry = entries.get(name);
    if (!entry) return wrong(undefined, `the rule has no \`${name}\`; it is one of ${values.join(', ')}`);
    const found = values.find((value) => value === entry.text.toLowerCase());
    return found ?? wrong(entry, `\`${name}: ${entry.text}\`; it is one of ${values.join(', ')}`);
  };
  const type = oneOf('type', TYPES);
  const action = oneOf('action', ACTIONS[type]);
  const policy: Policy = { type, action, line };
  for (const [name, entry] of entries) {
    if (name === 'type' || name === 'action') continue;
    if (name === 'warn') policy.warn = oneOf(name, BOOLEANS) === 'true';
    else if (!SELECTORS[type].includes(name)) {
      wrong(entry, `\`${name}\` selects nothing of type ${type}; ${selectorsOf(type)}`);
    } else if (name === 'family') {
      policy.family =
        FAMILIES.get(entry.text.toLowerCase()) ??
        wrong(entry, `\`family: ${entry.text}\`; it is one of ${[...FAMILIES.keys()].join(', ')}`);
    } else if (name === 'listening') policy.listening = oneOf(name, BOOLEANS) === 'true';
    else if (name === 'value') {
      policy.value = /^\d+$/.test(entry.text)
        ? Number(entry.text)
        : wrong(entry, `\`value: ${entry.text}\`; it is the number of a descriptor`);
    } else if (name === 'regex') {
      try {
        new RegExp(entry.text);
      } catch (error) {
        wrong(entry, (error as Error).message);
      }
      policy.regex = entry.text;
    } else Object.assign(policy, { [name]: entry.text });
  }
  return policy;
}

const selectorsOf = (type: Policy['type']): string =>
  SELECTORS[type].length === 0 ? 'it has no selectors' : `it has ${SELECTORS[type].join(', ')}`;
