import { getSystemErrorMap } from 'node:util';

const NUMBER = /: error (\d+)$/;

/** The native part knows the kernel's errors by number: here they get their names. */
export function named(text: string): string {
  const number = Number(text.match(NUMBER)?.[1] ?? 0);
  const [name, meaning] = getSystemErrorMap().get(-number) ?? [];
  return name === undefined ? text : text.replace(NUMBER, `: ${name} (${meaning})`);
}
