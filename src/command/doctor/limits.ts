import { type Finding, limit, ok, problem } from './finding.ts';
import { readText } from './proc.ts';

/** Reads the soft limits of /proc/self/limits by name; Infinity for `unlimited`. */
export function parseLimits(text: string): Map<string, number> {
  const rows = [...text.matchAll(/^Max (.+?)\s{2,}(\S+)\s+\S+/gm)];
  return new Map(
    rows.map(([, name = '', soft = '']) => [name, soft === 'unlimited' ? Infinity : Number(soft)]),
  );
}

const number = (value: number | undefined): string =>
  value === Infinity ? 'unlimited' : String(value ?? '?');

const ENOUGH_FILES = 256; // the engine opens the image's files and each of the program's beside its own

export function checkLimits(text: string = readText('/proc/self/limits') ?? ''): Finding[] {
  const limits = parseLimits(text);
  const [files, size, processes] = ['open files', 'file size', 'processes'].map((name) => limits.get(name));
  const why = 'the engine writes the image and opens its files within these limits';
  const seen = `open files ${number(files)}, file size ${number(size)}, processes ${number(processes)}`;
  if (size !== undefined && size !== Infinity)
    return [
      problem(
        'caller.limits',
        `${seen}: a file of the image can be larger`,
        'the kernel ends the engine where a file grows over the limit',
        {
          affects: ['checkpoint'],
          mend: ['ulimit -f unlimited'],
        },
      ),
    ];
  if (files !== undefined && files < ENOUGH_FILES)
    return [
      limit('caller.limits', seen, `${why}; programs with many descriptors need more`, {
        mend: ['ulimit -n 1024'],
      }),
    ];
  return [ok('caller.limits', seen, why)];
}
