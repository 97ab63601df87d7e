/**
 * The engines' names, as records, requests, images and `--engine` have them: the one place that spells them. The order is
 * that of the help; the first one that works on a platform is its default.
 */
export const ENGINE_NAMES = ['criu', 'direct', 'auto', 'simulate', 'pause', 'platform'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** The engine of a record that names none: the native restorer writes none, and of programs without one it is the engine. */
export const NATIVE_ENGINE: EngineName = ENGINE_NAMES[0];

export const isEngineName = (name: string): name is EngineName =>
  (ENGINE_NAMES as readonly string[]).includes(name);
