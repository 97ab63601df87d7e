import { resolve } from 'node:path';
import type { EngineName } from '../../shared/protocol/engines.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { engineNamed } from '../engines/registry.ts';
import { Connection } from './connection.ts';
import { refuseGivenUp } from './given-up.ts';
import type { CheckpointOptions, CheckpointResult } from './options.ts';

/**
 * Carries out one checkpoint from outside the program.
 *
 * @throws CommandError with every problem; the program then goes on as before
 */
export async function checkpoint(options: CheckpointOptions): Promise<CheckpointResult> {
  const { record } = options;
  const target = options.image ?? record.image;
  const image = target && resolve(target);
  refuseOtherEngine(options);
  if (record.paused !== undefined) {
    throw new CommandError(
      `program ${record.parent} stands still already; wake it with\n  ${wakes(record)}`,
      EXIT.target,
    );
  }
  const engine = engineNamed(options.engine?.name ?? record.engine);
  refuseGivenUp(record);
  const connection = await Connection.open(record, 30);
  try {
    return await engine.checkpoint({ options, image, connection });
  } finally {
    connection.close();
  }
}

/** Says who wakes the program: where nothing is written, nobody has a directory to restore it from. */
const wakes = ({ engine, paused, parent }: ProgramRecord): string =>
  engineNamed(engine).about.makes === 'nothing'
    ? `crac notify after-restore ${parent}`
    : `crac restore ${paused}`;

const isMaker = (name: EngineName): boolean => engineNamed(name).about.makes === 'image';

function refuseOtherEngine({ record, engine }: CheckpointOptions): void {
  if (engine === undefined || engine.name === record.engine) return;
  if (engineNamed(record.engine).about.decidesLater && isMaker(engine.name)) return;
  throw new CommandError(
    `program ${record.parent} was started with the engine ${record.engine}; the engine is chosen at the start:\n  crac run --engine ${engine.name} …\nTo go through hooks and checks only:\n  crac checkpoint ${record.parent} --dry-run`,
    EXIT.usage,
  );
}
