import { processOf } from '../../../shared/errors/brand.ts';
import type { EngineName } from '../../../shared/protocol/engines.ts';
import type { Company } from '../../checkpoint/company/company.ts';
import { criu } from '../criu/engine.ts';
import { noEngine } from '../direct/checkpoint.ts';
import { direct } from '../direct/engine.ts';

/** Lists what an engine cannot carry of any process of the program, as the census of each has told. */
const censusOf = (company: Company, engine: EngineName): Error[] => {
  const { program, members } = company;
  const inOrder = [program, ...members.filter((each) => each !== program)];
  return inOrder.flatMap(({ gathered }) => gathered.obstacles[engine] ?? []);
};

const keyOf = (error: Error): string => `${processOf(error)?.pid ?? ''} ${error.message}`;

const without = (errors: readonly Error[], others: readonly Error[]): Error[] => {
  const known = new Set(others.map(keyOf));
  return errors.filter((error) => !known.has(keyOf(error)));
};

/**
 * Chooses who makes the image, by what stands in each one's way.
 *
 * @param strangers what direct cannot carry besides what the census finds
 * @param onlyCriu true where only criu can do what was asked
 * @param turnToCriu makes criu the engine of this dump, and tells why it cannot be
 * @returns what is to be mended before there is an image; nothing where an engine can make it
 */
export async function choose(
  company: Company,
  strangers: Error[],
  onlyCriu: boolean,
  turnToCriu: () => Promise<Error[]>,
): Promise<Error[]> {
  const againstDirect = [...censusOf(company, direct.name), ...strangers];
  const againstCriu = censusOf(company, criu.name);
  if (onlyCriu) return [...againstCriu, ...(await turnToCriu())];
  if (againstDirect.length === 0) return [];
  // What both refuse is to be mended in any case, and with that mended direct can.
  if (without(againstDirect, againstCriu).length === 0) return againstDirect;
  const reasons = [...without(againstCriu, againstDirect), ...(await turnToCriu())];
  // With that mended, criu can.
  return reasons.length === 0 ? againstCriu : [...againstDirect, noEngine(textOf(reasons))];
}

export const textOf = (reasons: readonly Error[]): string => reasons.map(({ message }) => message).join('\n');
