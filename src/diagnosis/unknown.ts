import type { LogLine } from './line.ts';
import { isUnwinding } from './noise.ts';
import { partOf } from './source-files.ts';

/** What can be said of an error that no entry knows. */
export interface Unknown {
  line: string;
  /** CRIU's source file. */
  file?: string;
  /** What that part of CRIU does. */
  part?: string;
  /** The line only says that the engine gives up: the reason is missing from the text. */
  onlyAftermath: boolean;
  /** crac itself said it: the message ends in what to do. */
  byCrac?: true;
}

export function describeUnknown(line: LogLine): Unknown {
  const part = line.file === undefined ? undefined : partOf(line.file);
  return {
    line: line.text,
    ...(line.file !== undefined && { file: line.file }),
    ...(part !== undefined && { part }),
    onlyAftermath: isUnwinding(line),
    ...(line.byCrac && { byCrac: true }),
  };
}
