import { removeOwn } from '../fixups/own-environment.ts';
import { NOT_A_COPY } from './worker-preload.ts';

/**
 * Takes the preload out: the program sees its environment and its options of node as it was given them.
 *
 * @returns whether this is a Worker that was made with only some of its maker's variables
 */
export function takeOutOwn(): boolean {
  removeOwn(process.env);
  const { execArgv } = process;
  if (execArgv[0] === '--require' && execArgv[1] === __filename) execArgv.splice(0, 2);
  const isOwn = process.env[NOT_A_COPY] !== undefined;
  if (isOwn) delete process.env[NOT_A_COPY];
  return isOwn;
}

/** Takes out the variables that a program without namespaces was started with (src/command/engines/direct/start.ts). */
export function takeOutAlone(): void {
  delete process.env.CRAC_PROGRAM_ENGINE;
  delete process.env.CRAC_GENERATION;
}
