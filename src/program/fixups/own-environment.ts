/**
 * Our part of two variables that the user may use too. Under an engine with a native part it is taken out before the
 * program sees it, and native/preload/ gives it to every child; elsewhere children inherit it.
 */
export interface OwnEnvironment {
  LD_PRELOAD?: string;
  NODE_OPTIONS?: string;
}

/** Places where ours stands first (src/command/engines/criu/start.ts, native/preload/carry.c). */
const FIRST = {
  NODE_OPTIONS: /^--require (?:"(?:\\.|[^"\\])*\/register\.cjs"|\S*\/register\.cjs)(?= |$)/,
  LD_PRELOAD:
    /^\S*\/(?:no-io-uring\.so(?: \S*\/native\/build\/direct\.so)?|native\/build\/direct\.so)(?= |$)/,
} as const;

const NAMES = ['NODE_OPTIONS', 'LD_PRELOAD'] as const;

export function ownEnvironment(environment: NodeJS.ProcessEnv): OwnEnvironment {
  const own: OwnEnvironment = {};
  for (const name of NAMES) {
    const first = environment[name]?.match(FIRST[name])?.[0];
    if (first) own[name] = first;
  }
  return own;
}

/** Leaves what the user has in there as it was written. @returns whether there was something of ours */
export function removeOwn(environment: NodeJS.ProcessEnv): boolean {
  let found = false;
  for (const name of NAMES) {
    const value = environment[name];
    const first = value?.match(FIRST[name])?.[0];
    if (value === undefined || first === undefined) continue;
    found = true;
    if (value === first) delete environment[name];
    else environment[name] = value.slice(first.length + 1);
  }
  return found;
}
