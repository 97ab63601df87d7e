import type { OwnEnvironment } from './own-environment.ts';
import type { Payload } from './payload.ts';

const OURS = ['LD_PRELOAD', 'NODE_OPTIONS'] as const;

/** `ours` before what the caller has, unless it stands there already. */
function merged(ours: string | undefined, theirs: string | undefined): string | undefined {
  if (!ours) return theirs;
  if (!theirs || theirs.includes(ours)) return theirs || ours;
  return `${ours} ${theirs}`;
}

/** Takes over the caller's environment, working directory and arguments. Returns what could not be done. */
export function applyPayload(payload: Payload, own: OwnEnvironment): Error[] {
  const problems: Error[] = [];
  const wanted: Record<string, string> = { ...payload.environment };
  for (const name of OURS) {
    const value = merged(own[name], wanted[name]);
    if (value) wanted[name] = value;
  }
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  for (const [name, value] of Object.entries(wanted))
    if (process.env[name] !== value) process.env[name] = value;
  if (payload.arguments) process.argv.splice(2, process.argv.length, ...payload.arguments);
  try {
    if (payload.cwd && payload.cwd !== currentDirectory()) process.chdir(payload.cwd);
  } catch (cause) {
    problems.push(new Error(`cannot change to the caller's working directory ${payload.cwd}`, { cause }));
  }
  return problems;
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined; // it has been deleted: any directory is better
  }
}
