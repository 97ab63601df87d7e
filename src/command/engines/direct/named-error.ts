import { getSystemErrorMap } from 'node:util';

const NUMBER = /: error (\d+)$/;

/** Puts names to the kernel's errors, which the native part knows by number. */
export function named(text: string): string {
  const number = Number(text.match(NUMBER)?.[1] ?? 0);
  const [name, meaning] = getSystemErrorMap().get(-number) ?? [];
  return name === undefined ? text : text.replace(NUMBER, `: ${name} (${meaning})`);
}
