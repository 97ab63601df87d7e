import { RunError, run } from '../../../base/run.ts';

/**
 * Lists the libraries that a dynamic program lacks, as its own loader tells (what `ldd` does). Nothing of the program
 * itself runs: the loader ends after the list.
 */
export async function missingLibraries(program: string): Promise<string[]> {
  const env = { ...process.env, LD_TRACE_LOADED_OBJECTS: '1' };
  const said = await run(program, ['--version'], { seconds: 60, env }).catch((error: unknown) => {
    if (error instanceof RunError) return error; // the loader lists what is there, and fails for what is not
    throw error;
  });
  const text = `${said.stdout}\n${said.stderr}`;
  const names = [...text.matchAll(/^\s*(\S+) => not found|shared libraries: ([^:\s]+):/gm)];
  return [...new Set(names.flatMap(([, listed, failed]) => listed ?? failed ?? []))];
}
