import type { Call, RawFrame, StraceEvent } from './event.ts';

const HEAD = /^(\d+)(?:<(.*?)>)?\s+(\d+\.\d+) (.*)$/;
const FRAME = /^ > (.*?)(?:\((?:(.*)\+0x([0-9a-f]+))?\))? \[0x([0-9a-f]+)\]$/;
const CALL = /^([a-z_][a-z0-9_]*)\((.*)$/;
const RESUMED = /^<\.\.\. ([a-z_][a-z0-9_]*) resumed>(.*)$/;
const UNFINISHED = / ?<unfinished \.\.\.>$/;

/**
 * The reader that turns lines of `strace -f -q -yy -ttt [-Y] [-k]` into events, each with the stack that follows it.
 */
export class StraceLines {
  readonly #emit: (event: StraceEvent) => void;
  readonly #unfinished = new Map<number, { name: string; text: string; time: number }>();
  /** The call whose stack comes in the lines after it. */
  #waiting: Call | undefined;

  constructor(emit: (event: StraceEvent) => void) {
    this.#emit = emit;
  }

  push(line: string): void {
    if (line.startsWith(' > ')) {
      this.#waiting?.stack.push(frame(line));
      return;
    }
    this.flush();
    const [, tidText, comm, timeText, rest = ''] = line.match(HEAD) ?? [];
    if (tidText === undefined) return; // "strace: Process 7 attached" and the like
    const at = { tid: Number(tidText), time: Number(timeText), ...(comm !== undefined && { comm }) };
    if (rest.startsWith('+++ ')) {
      this.#unfinished.delete(at.tid);
      this.#emit({ kind: 'exit', ...at, how: rest.slice(4, -4) });
      return;
    }
    if (rest.startsWith('--- ')) {
      this.#emit({ kind: 'signal', ...at, signal: rest.split(' ')[1] ?? '' });
      return;
    }
    this.#call(at, rest);
  }

  /** Ends the last call, which has no line after it; to be called at the end. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#emit(waiting);
  }

  #call(at: { tid: number; time: number; comm?: string }, rest: string): void {
    const [, resumed, tail = ''] = rest.match(RESUMED) ?? [];
    if (resumed !== undefined) {
      const begun = this.#unfinished.get(at.tid);
      this.#unfinished.delete(at.tid);
      if (begun?.name === resumed) this.#finish({ ...at, time: begun.time }, resumed, begun.text + tail);
      // The call was entered before strace was attached: nothing is known of its arguments.
      else this.#finish(at, resumed, tail);
      return;
    }
    const [, name, text] = rest.match(CALL) ?? [];
    if (name === undefined || text === undefined) return;
    if (!UNFINISHED.test(text)) {
      this.#finish(at, name, text);
      return;
    }
    const args = text.replace(UNFINISHED, '');
    this.#unfinished.set(at.tid, { name, text: args, time: at.time });
    this.#emit({ kind: 'begin', ...at, name, args });
  }

  #finish(at: { tid: number; time: number; comm?: string }, name: string, text: string): void {
    const end = text.match(/^(.*)\)\s+= (.*?)$/);
    if (!end) return; // strace was ended in the middle of a line
    this.#waiting = { kind: 'call', ...at, name, args: end[1] ?? '', result: end[2] ?? '', stack: [] };
  }
}

function frame(line: string): RawFrame {
  const [, path = '', symbol, distance, offset = '0'] = line.match(FRAME) ?? [];
  const known = path.startsWith('/') || path.startsWith('[');
  const at = Number.parseInt(offset, 16);
  return {
    ...(known ? { path, offset: at } : { address: at }),
    ...(symbol !== undefined && { symbol, distance: Number.parseInt(distance ?? '0', 16) }),
  };
}
