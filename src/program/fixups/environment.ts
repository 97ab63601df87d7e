import { type OwnEnvironment, removeOwn } from './own-environment.ts';
import type { Payload } from './payload.ts';
import { applyChange, type EnvironmentChange } from './worker-environment.ts';

const OURS = ['LD_PRELOAD', 'NODE_OPTIONS'] as const;

/** Puts `ours` before what the caller has, unless it stands there already. */
function merged(ours: string | undefined, theirs: string | undefined): string | undefined {
  if (!ours) return theirs;
  if (!theirs || theirs.includes(ours)) return theirs || ours;
  return `${ours} ${theirs}`;
}

/**
 * Returns what the caller's environment changes in the program's; changes nothing itself.
 * @param before the program's environment: reading it out of `process.env` takes a call for each variable
 */
export function environmentChanges(
  payload: Payload,
  own: OwnEnvironment,
  before: NodeJS.ProcessEnv,
): EnvironmentChange[] {
  const changes: EnvironmentChange[] = [];
  const wanted: Record<string, string> = { ...payload.environment };
  removeOwn(wanted); // whoever restores may itself stand in a program's tree
  for (const name of OURS) {
    const value = merged(own[name], wanted[name]);
    if (value) wanted[name] = value;
  }
  const mayBeMissing = payload.missing ? [...payload.missing, ...OURS] : Object.keys(before);
  for (const name of mayBeMissing)
    if (name in before && !(name in wanted)) changes.push({ name, before: before[name] });
  for (const [name, value] of Object.entries(wanted))
    if (before[name] !== value) changes.push({ name, before: before[name], after: value });
  return changes;
}

/**
 * Returns the changes in the program's environment that a child follows: of variables that it had as the program had
 * them. A child with an environment of its own is not told of what it has never seen.
 *
 * @param program the program's environment at the checkpoint
 * @param child the child's
 */
export function changesForChild(
  changes: EnvironmentChange[],
  program: NodeJS.ProcessEnv,
  child: NodeJS.ProcessEnv,
): EnvironmentChange[] {
  const names = Object.keys(program);
  const inherits = names.filter((name) => child[name] === program[name]).length * 2 >= names.length;
  return changes.filter(({ name, before }) => child[name] === before && (before !== undefined || inherits));
}

/** For `Addon.noteEnvironment`: all but what has a part of ours. */
export const noted = (environment: NodeJS.ProcessEnv): string =>
  Object.entries(environment)
    .filter(([name]) => !(OURS as readonly string[]).includes(name))
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');

export interface Applied {
  /** Errors about what could not be done. */
  problems: Error[];
  changes: EnvironmentChange[];
}

/** Takes over the caller's environment, working directory and arguments. */
export function applyPayload(payload: Payload, own: OwnEnvironment, before = { ...process.env }): Applied {
  const problems: Error[] = [];
  const changes = environmentChanges(payload, own, before);
  for (const change of changes) applyChange(change);
  if (payload.arguments) process.argv.splice(2, process.argv.length, ...payload.arguments);
  try {
    if (payload.cwd && payload.cwd !== currentDirectory()) process.chdir(payload.cwd);
  } catch (cause) {
    problems.push(new Error(`cannot change to the caller's working directory ${payload.cwd}`, { cause }));
  }
  return { problems, changes };
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined; // the directory has been deleted: any other is better
  }
}
