import { type FileHandle, open } from 'node:fs/promises';
import { utf16Order } from './decode.ts';

export interface Limits {
  /** The number of bytes that are kept whole at the beginning, and as many at the end. */
  whole: number;
  /** The number of bytes that are kept of what stands between: the lines that may tell of a failure. */
  between: number;
}

const LIMITS: Limits = { whole: 16 << 20, between: 8 << 20 };

const PART = 1 << 20;

/** Matches lines of a log that may tell why something failed, or how it ended. */
const TELLS =
  /\((?:[\w+/-]+\.[chS]):\d+\)|FAILED|finished successfully|[Ee]xception|[Ee]rror|[Ff]ail|[Cc]annot|[Cc]an't|[Uu]nable|[Rr]efused|[Dd]enied|CWWK|criu/;

/** The part of any amount of bytes that a diagnosis needs, in bounded memory. */
class LogKeeper {
  readonly #limits: Limits;
  readonly #head: Buffer[] = [];
  readonly #between: string[] = [];
  #tail: Buffer[] = [];
  #headSize = 0;
  #betweenSize = 0;
  #tailSize = 0;
  #rest = '';
  /** True for UTF-16, which has no lines that could be sifted as bytes. */
  #isWide = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(part: Buffer): void {
    if (this.#headSize === 0) this.#isWide = utf16Order(part) !== undefined;
    if (this.#headSize < this.#limits.whole) {
      this.#head.push(part);
      this.#headSize += part.length;
      return;
    }
    this.#tail.push(part);
    this.#tailSize += part.length;
    while (this.#tailSize - (this.#tail[0] as Buffer).length >= this.#limits.whole) {
      const gone = this.#tail.shift() as Buffer;
      this.#tailSize -= gone.length;
      this.#sift(gone);
    }
  }

  #sift(part: Buffer): void {
    if (this.#isWide) return;
    const lines = (this.#rest + part.toString('latin1')).split('\n');
    this.#rest = (lines.pop() as string).slice(0, PART);
    for (const line of lines) {
      if (this.#betweenSize > this.#limits.between || !TELLS.test(line.slice(0, PART / 64))) continue;
      this.#between.push(line);
      this.#betweenSize += line.length + 1;
    }
  }

  content(): Buffer {
    if (this.#between.length === 0 && this.#rest === '') return Buffer.concat([...this.#head, ...this.#tail]);
    return Buffer.concat([
      ...this.#head,
      Buffer.from(`\n${this.#between.join('\n')}\n${this.#rest}`, 'latin1'),
      ...this.#tail,
    ]);
  }
}

async function* partsOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PART), 0, PART);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads a log of any length: of a long one the beginning, the end, and between them the lines that may tell. */
export async function readLog(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const keeper = new LogKeeper(LIMITS);
    for await (const part of partsOf(file)) keeper.add(part);
    return keeper.content();
  } finally {
    await file.close();
  }
}

export async function readAll(stream: AsyncIterable<Buffer>, limits = LIMITS): Promise<Buffer> {
  const keeper = new LogKeeper(limits);
  for await (const part of stream) keeper.add(part);
  return keeper.content();
}
