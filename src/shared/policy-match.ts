import type { Descriptor } from './descriptor.ts';
import type { Policy } from './protocol/policy.ts';

const cache = new Map<string, RegExp>();

/**
 * Compiles a glob: `*` and `?` stay within a directory, `**` does not, `{a,b}` is either; a brace without its partner
 * is itself. A line break in a name is a character as any other.
 */
export function globToRegExp(glob: string): RegExp {
  const known = cache.get(glob);
  if (known) return known;
  const closed = closedBraces(glob);
  let depth = 0;
  const source = glob.replace(/\*\*|[*?{},.+^$()|[\]\\]/g, (found, at: number) => {
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    if (found === '?') return '[^/]';
    if (found === ',') return depth > 0 ? '|' : ',';
    if (found === '{' && closed.has(at)) {
      depth++;
      return '(?:';
    }
    if (found === '}' && closed.has(at)) {
      depth--;
      return ')';
    }
    return `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, 'su');
  cache.set(glob, expression);
  return expression;
}

/** Finds the braces that have a partner. */
function closedBraces(glob: string): Set<number> {
  const open: number[] = [];
  const closed = new Set<number>();
  for (let at = 0; at < glob.length; at++) {
    if (glob[at] === '{') open.push(at);
    const start = glob[at] === '}' ? open.pop() : undefined;
    if (start !== undefined) closed.add(start).add(at);
  }
  return closed;
}

const FILES = ['regular', 'directory', 'character', 'block', 'fifo'];

function fileMatches(policy: Policy, { kind, path, target }: Descriptor): boolean {
  if (!FILES.includes(kind)) return false;
  return policy.path === undefined || globToRegExp(policy.path).test(path ?? target);
}

/** Compares a property; `*` or nothing stands for any value. */
const same = (wanted: string | undefined, actual: string | undefined): boolean =>
  wanted === undefined || wanted === '*' || wanted === actual;

function split(address: string | undefined): { host?: string; port?: string } {
  const [, host, port] = address?.match(/^\[?(.*?)\]?:(\d+)$/) ?? [];
  return { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}

function socketMatches(policy: Policy, { kind, socket }: Descriptor): boolean {
  if (kind !== 'socket' || !socket) return false;
  const { family = 'unknown' } = socket;
  if (
    policy.family === 'ip'
      ? !['ipv4', 'ipv6'].includes(family)
      : policy.family !== undefined && policy.family !== family
  )
    return false;
  if (policy.listening !== undefined && policy.listening !== (socket.state === 'LISTEN')) return false;
  if (policy.localPath !== undefined && !globToRegExp(policy.localPath).test(socket.local ?? ''))
    return false;
  if (policy.remotePath !== undefined && !globToRegExp(policy.remotePath).test(socket.remote ?? ''))
    return false;
  const local = split(socket.local);
  const remote = split(socket.remote);
  return (
    same(policy.localAddress, local.host) &&
    same(policy.localPort, local.port) &&
    same(policy.remoteAddress, remote.host) &&
    same(policy.remotePort, remote.port)
  );
}

function matches(policy: Policy, descriptor: Descriptor): boolean {
  switch (policy.type) {
    case 'file':
      return fileMatches(policy, descriptor);
    case 'pipe':
      return descriptor.kind === 'pipe';
    case 'socket':
      return socketMatches(policy, descriptor);
    case 'filedescriptor':
      if (policy.value !== undefined) return policy.value === descriptor.fd;
      return policy.regex !== undefined && new RegExp(policy.regex).test(descriptor.target);
  }
}

/** Returns the first rule that selects this descriptor. Works for descriptors that native code opened as well. */
export const policyFor = (policies: Policy[], descriptor: Descriptor): Policy | undefined =>
  policies.find((policy) => matches(policy, descriptor));
