import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'CRAC_PLATFORM_CENSUS';

/**
 * Whether what the platform would cut fails a checkpoint, by CRAC_PLATFORM_CENSUS.
 *
 * @throws Error where the variable has another value than `strict` and `lenient`
 */
export function isStrict(environment = process.env): boolean {
  const { [NAME]: mode } = environment;
  if (!mode || mode === 'lenient') return false;
  if (mode === 'strict') return true;
  throw new Error(`${NAME} is ${JSON.stringify(mode)}: expected strict or lenient (docs/platforms.md)`);
}

/** Whoever asks from outside finds in the record how the program wants it. */
export function noteStrict(record: string): void {
  if (isStrict()) writeFileSync(join(record, 'strict'), '', { mode: 0o600 });
}
