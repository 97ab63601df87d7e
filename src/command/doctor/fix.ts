import type { Report } from './examine.ts';

/**
 * Does what can be done here, each thing said before it is done. Safe to run twice: what is done is not found again.
 * @returns how many things were done
 */
export async function fix({ findings }: Report, say: (line: string) => void): Promise<number> {
  let done = 0;
  for (const { id, state, fix: mend } of findings) {
    if (!mend || state === 'ok') continue;
    say(`${id}: ${mend.say}`);
    try {
      await mend.run();
      done++;
    } catch (error) {
      // Whatever it is, the others are still to be done; the message tells what this one needs, mostly other rights.
      say(`${id}: could not be done: ${(error as Error).message}`);
    }
  }
  return done;
}
