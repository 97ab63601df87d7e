import type { Resource } from './resource.ts';

export function invalid(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_CRAC_INVALID_RESOURCE' });
}

export function assertResource(value: unknown): asserts value is Resource {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    const got = value === null ? 'null' : typeof value;
    throw invalid(
      `A resource must be an object with beforeCheckpoint() or afterRestore(), not ${got}. Pass such an object.`,
    );
  }
  const hooks = (['beforeCheckpoint', 'afterRestore'] as const).map(
    (hook) => [hook, (value as Resource)[hook]] as const,
  );
  const wrong = hooks.find(([, hook]) => hook !== undefined && typeof hook !== 'function');
  if (wrong)
    throw invalid(`${wrong[0]} of a resource must be a function, not ${typeof wrong[1]}. Make it a method.`);
  if (hooks.every(([, hook]) => hook === undefined)) {
    throw invalid(
      'The resource has neither beforeCheckpoint() nor afterRestore(). Give it one of these methods.',
    );
  }
}

export function assertTimeout(timeout: unknown): void {
  if (typeof timeout === 'number' && timeout > 0) return;
  throw invalid(
    `The option timeout must be a number of milliseconds above 0, not ${String(timeout)}. Use Infinity for no limit.`,
  );
}
