import { within } from '../check/problem.ts';
import { framed } from '../encode.ts';
import { rewrite } from '../rewrite.ts';
import { bytesField, fieldsOf, messagesOf } from '../wire.ts';

// Numbers of images/fdinfo.proto, images/fsnotify.proto and images/fh.proto.
const FILE = { inotify: 13, fanotify: 14 };
const INOTIFY = { watch: 5, handle: 7 };
const FANOTIFY = { mark: 6, inode: 7, handle: 2 };
const PATH = 4;

/** Places of our own, by their real names: what stands in them now will not be there at a restore. */
export interface Passing {
  image: string;
  /** The directory where programs that run are recorded (src/command/base/runtime-directory.ts). */
  runtime: string;
}

/**
 * Matches what stands beside an image while it is made: DIR.partial-…, DIR.old-…, and `crac build`'s
 * DIR.build-HOST-PID.
 */
const IN_THE_MAKING = /^\.(?:partial|old|build)-/;

/**
 * Tells whether a path is in the old image, in one in the making, or in a program's record; the image itself is there
 * again under its name.
 */
export function isPassing(path: string, { image, runtime }: Passing): boolean {
  const final = image.replace(/\.build-[^/]*-\d+$/, '');
  const below = (directory: string) => path !== directory && within(path, directory);
  if (below(image) || below(final) || below(runtime)) return true;
  return path.startsWith(final) && IN_THE_MAKING.test(path.slice(final.length));
}

/**
 * Takes out the watches of what will not be there: a program that watches its own directory comes to watch the image
 * that is made in it, too. To the program it looks like a directory that was removed: no event comes from it any more.
 *
 * @param image files.img
 */
export function withoutPassingWatches(image: Buffer, passing: Passing): Buffer {
  const keeps = (handle: Buffer | undefined): boolean => {
    const path = handle && bytesField(fieldsOf(handle), PATH);
    return !path || !isPassing(String(path.value), passing);
  };
  const parts = messagesOf(image).map(({ bytes }) =>
    framed(
      rewrite(bytes, (number, content) => {
        if (number === FILE.inotify)
          return without(content, INOTIFY.watch, (watch) => keeps(inner(watch, INOTIFY.handle)));
        if (number === FILE.fanotify)
          return without(content, FANOTIFY.mark, (mark) => {
            const inode = inner(mark, FANOTIFY.inode);
            return keeps(inode && inner(inode, FANOTIFY.handle));
          });
        return content;
      }),
    ),
  );
  return Buffer.concat([image.subarray(0, 8), ...parts]);
}

const inner = (message: Buffer, number: number): Buffer | undefined =>
  bytesField(fieldsOf(message), number)?.value as Buffer | undefined;

/** @returns the same bytes where nothing is left out */
function without(message: Buffer, number: number, keep: (entry: Buffer) => boolean): Buffer {
  const rewritten = rewrite(message, (each, content) =>
    each !== number || keep(content) ? content : undefined,
  );
  return rewritten.length === message.length ? message : rewritten;
}
