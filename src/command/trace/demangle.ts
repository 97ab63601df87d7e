import { spawnSync } from 'node:child_process';

const MANGLED = /^_Z/;

/** Writes C++ names as people do: by c++filt where there is one, else plain nested names without their arguments. */
export function demangle(names: string[]): Map<string, string> {
  const mangled = [...new Set(names.filter((name) => MANGLED.test(name)))];
  const result = new Map<string, string>();
  if (mangled.length === 0) return result;
  const { status, stdout } = spawnSync('c++filt', { input: `${mangled.join('\n')}\n`, encoding: 'utf8' });
  const lines = status === 0 ? stdout.split('\n') : [];
  mangled.forEach((name, i) => {
    result.set(name, lines[i] || plainName(name));
  });
  return result;
}

/** Writes `_ZN4node2fs4OpenERK…` as node::fs::Open; what has templates or operators in its name stays as it is. */
export function plainName(name: string): string {
  const nested = name.match(/^_ZN[KVr]*((?:\d+\w)*.*)$/)?.[1];
  let rest = nested ?? name.slice(2);
  const parts: string[] = [];
  for (let length = rest.match(/^\d+/)?.[0]; length; length = rest.match(/^\d+/)?.[0]) {
    const part = rest.slice(length.length, length.length + Number(length));
    parts.push(part.startsWith('_GLOBAL__N_') ? '(anonymous namespace)' : part);
    rest = rest.slice(length.length + Number(length));
    if (nested === undefined) break;
  }
  const whole = parts.length > 0 && (nested === undefined || rest.startsWith('E'));
  return whole ? parts.join('::') : name;
}
