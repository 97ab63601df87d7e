import { capabilityNames, ROOT_NEEDS } from './capabilities.ts';
import type { Answers } from './examine.ts';
import { type Finding, type Operation, problem } from './finding.ts';
import type { Machine } from './machine.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import { containerFlags, knownRuntime } from './settings.ts';

/** Returns the recipe that asks for the least that is not there already. */
function recipeFor({ uid, status }: Machine): Recipe {
  const effective = capabilityNames(status.CapEff ?? '');
  const six = ROOT_NEEDS.every((name) => effective.includes(name));
  const name = uid !== 0 ? 'user' : six ? 'capabilities' : 'root';
  return RECIPES.find((recipe) => recipe.name === name) as Recipe;
}

const WHY = 'the smallest settings that suffice; others and the reasons: crac doctor --for ';

/** Lists what a container in which something does not work lacks, all together in one command. */
export function containerSettings(machine: Machine, answers: Answers, found: readonly Finding[]): Finding[] {
  const { container } = machine;
  const failing = (['checkpoint', 'restore'] as const).filter((operation) => answers[operation] === 'no');
  const lacks = found.filter(
    ({ id, state }) => state === 'problem' && /^(caller|kernel|container)\./.test(id),
  );
  if (!container || failing.length === 0 || lacks.length === 0) return [];
  const runtime = knownRuntime(container.runtime);
  const recipe = recipeFor(machine);
  const mend = (operation: Operation): string[] => [
    `# for a ${operation}`,
    ...containerFlags(runtime, recipe[operation]),
  ];
  const seen = 'all of the above together';
  return [
    problem('container.settings', seen, `${WHY}${runtime}`, {
      affects: failing,
      mend: failing.flatMap(mend),
    }),
  ];
}
