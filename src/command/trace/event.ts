/** A frame as the kernel knows it: which file was mapped there, and where in that file. */
export interface RawFrame {
  /** The file that the code was mapped from; undefined for code that was made at run time (V8, HotSpot). */
  path?: string;
  /** The offset in that file, in bytes, as strace tells it. */
  offset?: number;
  /**
   * The address where the linker put it, as objdump and addr2line count; for code without a file the address in memory.
   */
  address?: number;
  /** The function as strace names it: the nearest symbol below, however far away. */
  symbol?: string;
  /** The bytes from that symbol to the address. */
  distance?: number;
}

interface At {
  tid: number;
  /** The name of the thread, where strace tells it. */
  comm?: string;
  /** The seconds since the epoch when the call was entered. */
  time: number;
}

export interface Call extends At {
  kind: 'call';
  name: string;
  args: string;
  /** The text behind the last ` = `. */
  result: string;
  stack: RawFrame[];
}

export type StraceEvent =
  | Call
  /** A call was entered, and others ran before it came back. */
  | (At & { kind: 'begin'; name: string; args: string })
  | (At & { kind: 'signal'; signal: string })
  | (At & { kind: 'exit'; how: string });
