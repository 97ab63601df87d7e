import type { EngineName } from '../../shared/protocol/engines.ts';
import type {
  CheckpointRequest,
  Collection,
  SerializedDescriptor,
  SerializedRandomness,
} from '../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import type { EngineChoice } from '../engines/choice.ts';
import type { ImageForm } from '../image/contents.ts';
import type { Labels } from '../machine/labels.ts';

export interface CheckpointOptions {
  record: ProgramRecord;
  image?: string;
  by: CheckpointRequest['by'];
  /** The PID, inside, of the process of the program that asked, with `by: 'api'`. */
  asker?: number;
  leaveRunning: boolean;
  dryRun: boolean;
  /** True where `census` is called on a real checkpoint, too. */
  printResources?: boolean;
  /** True where a connection that no adapter owns is an error; default: as the program was started. */
  strict?: boolean;
  /** The time in seconds that the engine may take. */
  timeout: number;
  engineOptions: string[];
  /** The form of the image; default: as the program was started, or as the image that it was restored from. */
  imageForm?: ImageForm;
  /** Milliseconds that work in flight is given; the program knows the default. */
  wait?: number;
  /** The garbage to be collected; default: all. */
  collect?: Collection;
  /** The engine, which must be the program's own; its settings come before those that `crac run` was given. */
  engine?: EngineChoice;
  /** Labels of the image, besides those that the program was started with. */
  labels?: Labels;
  progress: (line: string) => void;
  /** Receives what the user is to know even though the checkpoint succeeds. */
  note: (text: string) => void;
  /** Receives the table of all open descriptors of a dry run, and where they are to be printed. */
  census?: (descriptors: SerializedDescriptor[]) => void;
  /** Receives, with the table, which random bytes each copy draws anew. */
  randomness?: (rows: SerializedRandomness[]) => void;
}

export interface CheckpointResult {
  kind: 'checkpointed' | 'left-running' | 'paused' | 'standing' | 'simulated' | 'dry-run';
  image: string;
  /** The size in bytes. */
  size: number;
  /** Milliseconds that the program stood still. */
  frozen: number;
  /** The engine, where it was chosen at this checkpoint. */
  engine?: EngineName;
}
