/** What a program says about a checkpoint or a restore that fails, with the versions that say so. */
export interface Message {
  program: string;
  versions: string;
  /** As the program prints it, with values that could stand in it. */
  line: string;
  /** The entry that knows it; none where the reader is only told whose words they are. */
  code?: string;
}

export type Row = readonly [versions: string, line: string, code?: string];

export const of = (program: string, rows: readonly Row[]): Message[] =>
  rows.map(([versions, line, code]) => ({ program, versions, line, ...(code !== undefined && { code }) }));
