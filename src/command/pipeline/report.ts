import { formatBytes, formatDuration, formatTable } from '../base/format.ts';
import { cpuReach } from '../machine/cpu-needs.ts';
import { findingJson } from '../uniqueness/format.ts';
import type { BuildResult } from './build.ts';
import { nameOf } from './requests.ts';

/** Reports what was built, for people. */
export function reportText(result: BuildResult): string {
  const { image, size, cold, restored, probe, frozen, compared, machine, cpu } = result;
  const rows: string[][] = [['image', `${image}, ${formatBytes(size)}`]];
  if (probe && restored !== undefined) {
    const times = cold === undefined ? '' : `, ${(cold / restored).toFixed(1)} times as fast`;
    rows.push([
      'first answer',
      `${cold === undefined ? '' : `${formatDuration(cold)} cold, `}${formatDuration(restored)} restored${times} (${nameOf(probe)})`,
    ]);
  }
  if (frozen !== undefined) rows.push(['dump', `the program stood still for ${formatDuration(frozen)}`]);
  if (compared.length > 0) rows.push(['answers', comparedText(result)]);
  if (machine) rows.push(['CPU', cpuReach(machine, cpu)]);
  return `${formatTable(rows)}\n\nStart it with\n  crac restore ${image}\n`;
}

function comparedText({ compared }: BuildResult): string {
  const of = (...results: string[]) => compared.filter(({ result }) => results.includes(result)).length;
  return [
    of('same') > 0 && `${of('same')} as before`,
    of('same status') > 0 && `${of('same status')} with the status of before and another body`,
    of('varies') > 0 && `${of('varies')} that vary`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Reports what was built, for programs: times in milliseconds, sizes in bytes. */
export function reportJson(result: BuildResult): object {
  const { image, size, by, cold, restored, probe, frozen, warmed, compared, copies, machine } = result;
  return {
    ok: true,
    image,
    size,
    checkpointBy: by,
    frozen: frozen ?? null,
    firstAnswer: probe ? { request: nameOf(probe), cold: cold ?? null, restored: restored ?? null } : null,
    warmUp: warmed ?? null,
    answers: compared,
    machine: machine ?? null,
    copies: { equal: copies.equal.map(findingJson), notCompared: copies.notCompared },
  };
}
