/**
 * The key of an error's origin, e.g. `pool.beforeCheckpoint`. A shared symbol, so that both copies of the package see
 * it.
 */
const ORIGIN = Symbol.for('node-crac.error.origin');

const brands = new WeakMap<object, symbol>();

/** Brands a class: the preload and the program each hold a copy of it, and a shared brand makes `instanceof` work across them. */
export function brandError(errorClass: { prototype: object }, name: string, brandName: string): void {
  const brand = Symbol.for(`node-crac.error.${brandName}`);
  brands.set(errorClass, brand);
  Object.defineProperty(errorClass.prototype, 'name', { value: name, writable: true, configurable: true });
  Object.defineProperty(errorClass.prototype, brand, { value: true });
}

/** @returns undefined for a class without a brand of its own: a program's subclass keeps the ordinary `instanceof` */
export function hasBrand(errorClass: object, value: unknown): boolean | undefined {
  const brand = brands.get(errorClass);
  if (brand === undefined) return undefined;
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

export function isError(value: unknown): value is Error {
  // Errors of another realm (node:vm, test runners) are not `instanceof` this realm's Error.
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

export function setOrigin(error: Error, origin: string): void {
  // Reflect is used because a frozen error must not make this throw.
  Reflect.defineProperty(error, ORIGIN, { value: origin, configurable: true });
}

/** @returns `resource.hook` of the hook that failed with this error, if it was one */
export function originOf(error: Error): string | undefined {
  const origin = (error as { [ORIGIN]?: unknown })[ORIGIN];
  return typeof origin === 'string' ? origin : undefined;
}

/** The key of the process in which an error happened, where that is another than the reader takes for granted. */
const PROCESS = Symbol.for('node-crac.error.process');

export interface ProcessName {
  pid: number;
  command: string;
}

/** Notes in which process an error happened. An error about a child's descriptor says so by itself. */
export function inProcess<E extends Error>(error: E, process: ProcessName): E {
  if ((error as { pid?: unknown }).pid !== process.pid)
    Reflect.defineProperty(error, PROCESS, { value: process, configurable: true });
  return error;
}

export function processOf(error: Error): ProcessName | undefined {
  return (error as { [PROCESS]?: ProcessName })[PROCESS];
}

export function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Works as String(), but cannot throw: values come from other people's `throw`. */
export function safeString(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/**
 * Writes `pool.beforeCheckpoint: TypeError: message (CODE)`, without the code where there is none; before it, where it
 * happened in another process, `process 140 (node worker.js): `.
 */
export function headline(error: Error): string {
  const origin = originOf(error);
  const code = codeOf(error);
  const message = safeString(error.message);
  const text = message === '' ? safeString(error.name) : `${safeString(error.name)}: ${message}`;
  const process = processOf(error);
  const where = process === undefined ? '' : `process ${process.pid} (${process.command}): `;
  return `${where}${origin === undefined ? '' : `${origin}: `}${text}${code === undefined ? '' : ` (${code})`}`;
}
