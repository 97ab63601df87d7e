/** Our part of two variables that the user may use too: children of the program need it as much as the program did. */
export interface OwnEnvironment {
  LD_PRELOAD?: string;
  NODE_OPTIONS?: string;
}

/** `crac run` puts ours first (src/supervisor/launch.ts). */
const FIRST = { NODE_OPTIONS: /^--require (?:"(?:\\.|[^"\\])*"|\S+)/, LD_PRELOAD: /^\S+/ } as const;

export function ownEnvironment(environment: NodeJS.ProcessEnv): OwnEnvironment {
  const own: OwnEnvironment = {};
  for (const name of ['NODE_OPTIONS', 'LD_PRELOAD'] as const) {
    const first = environment[name]?.match(FIRST[name])?.[0];
    if (first) own[name] = first;
  }
  return own;
}
