import { CommandError, EXIT } from '../base/command-error.ts';
import type { Manifest } from './manifest.ts';

type Test = (value: unknown) => boolean;

const text: Test = (value) => typeof value === 'string';
const number: Test = (value) => typeof value === 'number' && Number.isFinite(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const shape =
  (tests: Record<string, Test>): Test =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(tests).every(([key, test]) => test((value as Record<string, unknown>)[key]));
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

const SHAPE: Record<string, Test> = {
  createdAt: text,
  engine: shape({ name: text, version: text, path: text }),
  mode: (value) => value === 'root' || value === 'user',
  uid: number,
  kernel: text,
  arch: text,
  node: shape({ version: text, path: text, size: number }),
  command: listOf(text),
  environmentNames: listOf(text),
  ports: listOf(shape({ family: (value) => value === 4 || value === 6, address: text, port: number })),
  size: number,
  open: maybe(listOf(shape({ path: text, fd: number, access: text }))),
  mapped: maybe(listOf(shape({ path: text, size: number }))),
};

/** @throws CommandError that names what is missing, where the text is no manifest of this version */
export function manifestOf(json: string, image: string): Manifest {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandError(`${image} is damaged: manifest.json ${why}; make the image anew`, EXIT.image, {
      cause,
    });
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    return refuse(`is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('holds no object, but another kind of JSON');
  const { format } = value as { format?: unknown };
  if (format !== 1)
    return refuse(
      format === undefined
        ? 'does not say its format'
        : `has format ${JSON.stringify(format)}, this version reads 1`,
    );
  const wrong = Object.entries(SHAPE).find(([key, test]) => !test((value as Record<string, unknown>)[key]));
  if (wrong) return refuse(`has no usable "${wrong[0]}"`);
  return value as Manifest;
}
