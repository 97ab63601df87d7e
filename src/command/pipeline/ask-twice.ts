import { CommandError, EXIT } from '../base/command-error.ts';
import type { Observed } from '../uniqueness/find.ts';
import { askAll, observed } from './answers.ts';
import { type Answer, type Client, NoAnswerError } from './client.ts';
import type { WarmRequest } from './requests.ts';

/**
 * The time in milliseconds between the questions to one copy and those to the other: what a clock says differs by then.
 */
export const CLOCKS_DIFFER = 1100;

/** @param afterRound called when all were asked, each time */
export async function askTwice(
  client: Client,
  requests: WarmRequest[],
  afterRound: () => Promise<void> | undefined = () => undefined,
): Promise<Observed[]> {
  try {
    const rounds: Answer[][] = [];
    for (let round = 0; round < 2; round++) {
      rounds.push(await askAll(client, requests));
      await afterRound();
    }
    return observed(requests, ...rounds);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    throw new CommandError(`after the restore, ${error.message}`, EXIT.image, { cause: error });
  }
}
