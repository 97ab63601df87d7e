import { PAGE_SIZE } from '../../../../machine/page-size.ts';
import { framed, numberBytes } from '../encode.ts';
import { fieldsOf, messagesOf, numberField } from '../wire.ts';

/** The page size: an image is made and restored on kernels of one page size (native/restore/machine.c). */
export const PAGE = PAGE_SIZE;

/** Consecutive pages of a process (pagemap-*.img) and where their bytes begin in pages-*.img. */
export interface PageRun {
  address: number;
  pages: number;
  flags: number;
  /** The byte offset in the pages file. */
  at: number;
}

export interface PageMap {
  /** The N of pages-N.img. */
  pagesId: number;
  runs: PageRun[];
}

// Numbers of images/pagemap.proto; a run with this flag has its bytes in the pages file.
const HEAD = { pagesId: 1 };
const ENTRY = { address: 1, compatPages: 2, inParent: 3, flags: 4, pages: 5 };
const PRESENT = 1 << 2;

/** @throws RangeError for an image that leaves pages to another one (an incremental or a lazy dump) */
export function parsePageMap(image: Buffer): PageMap {
  const [head, ...entries] = messagesOf(image);
  if (!head) throw new RangeError('the page map is cut off');
  let at = 0;
  const runs = entries.map(({ bytes }): PageRun => {
    const fields = fieldsOf(bytes);
    const pages = numberField(fields, ENTRY.pages) ?? numberField(fields, ENTRY.compatPages) ?? 0;
    const flags = numberField(fields, ENTRY.flags) ?? PRESENT;
    if (numberField(fields, ENTRY.inParent) || !(flags & PRESENT))
      throw new RangeError('pages lie outside the image');
    const run = { address: numberField(fields, ENTRY.address) ?? 0, pages, flags, at };
    at += pages * PAGE;
    return run;
  });
  return { pagesId: numberField(fieldsOf(head.bytes), HEAD.pagesId) ?? 0, runs };
}

export const PLAIN_RUN_FLAGS = PRESENT;

/** @param image the original, whose head is kept */
export function formatPageMap(image: Buffer, runs: Omit<PageRun, 'at'>[]): Buffer {
  const head = messagesOf(image)[0];
  if (!head) throw new RangeError('the page map is cut off');
  const entries = runs.map(({ address, pages, flags }) =>
    framed(
      Buffer.concat([
        numberBytes(ENTRY.address, address),
        numberBytes(ENTRY.compatPages, 0), // only read where the full count is missing
        numberBytes(ENTRY.flags, flags),
        numberBytes(ENTRY.pages, pages),
      ]),
    ),
  );
  return Buffer.concat([image.subarray(0, head.offset + head.bytes.length), ...entries]);
}
