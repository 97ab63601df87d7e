import { resolve } from 'node:path';
import type {
  CheckpointRequest,
  Collection,
  SerializedDescriptor,
  SerializedRandomness,
} from '../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { EngineChoice } from '../engines/choice.ts';
import type { ImageForm } from '../engines/criu/image/cow/convert.ts';
import { engineNamed } from '../engines/registry.ts';
import { Connection } from './connection.ts';

export interface CheckpointOptions {
  record: ProgramRecord;
  image?: string;
  by: CheckpointRequest['by'];
  /** PID, inside, of the process of the program that asked, with `by: 'api'`. */
  asker?: number;
  leaveRunning: boolean;
  dryRun: boolean;
  /** Have `census` called on a real checkpoint, too. */
  printResources?: boolean;
  /** A connection that no adapter owns is an error; default: as the program was started. */
  strict?: boolean;
  /** Seconds that the engine may take. */
  timeout: number;
  engineOptions: string[];
  /** Default: as the program was started, or as the image that it was restored from. */
  imageForm?: ImageForm;
  /** Milliseconds that work in flight is given; the program knows the default. */
  wait?: number;
  /** Default: all garbage. */
  collect?: Collection;
  /** Must be the program's own engine; its settings come before those that `crac run` was given. */
  engine?: EngineChoice;
  progress: (line: string) => void;
  /** Receives what the user is to know even though the checkpoint succeeds. */
  note: (text: string) => void;
  /** Receives the table of all open descriptors of a dry run, and where they are to be printed. */
  census?: (descriptors: SerializedDescriptor[]) => void;
  /** Receives, with the table, which random bytes each copy draws anew. */
  randomness?: (rows: SerializedRandomness[]) => void;
}

export interface CheckpointResult {
  kind: 'checkpointed' | 'left-running' | 'paused' | 'simulated' | 'dry-run';
  image: string;
  /** Bytes. */
  size: number;
  /** Milliseconds that the program stood still. */
  frozen: number;
}

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
      `program ${record.parent} stands still already; wake it with\n  crac restore ${record.paused}`,
      EXIT.target,
    );
  }
  const engine = engineNamed(record.engine);
  const connection = await Connection.open(record, 30);
  try {
    return await engine.checkpoint({ options, image, connection });
  } finally {
    connection.close();
  }
}

function refuseOtherEngine({ record, engine }: CheckpointOptions): void {
  if (engine === undefined || engine.name === record.engine) return;
  throw new CommandError(
    `program ${record.parent} was started with the engine ${record.engine}; the engine is chosen at the start:\n  crac run --engine ${engine.name} …\nTo go through hooks and checks only:\n  crac checkpoint ${record.parent} --dry-run`,
    EXIT.usage,
  );
}
