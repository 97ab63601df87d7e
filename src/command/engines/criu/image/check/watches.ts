import { bytesField, type Field, fieldsOf, numberField } from '../wire.ts';
import { type Dumped, KIND } from './dumped.ts';
import { isThere, type Problem, type Rule } from './problem.ts';

// Numbers of images/fsnotify.proto and images/fh.proto.
const INOTIFY = { watch: 5, handle: 7, inode: 2, device: 5 };
const FANOTIFY = { mark: 6, inode: 7, handle: 2, node: 1, device: 6 };
const HANDLE = { path: 4 };
const GHOST = { device: 4, inode: 5 };

interface Watch {
  path: string | undefined;
  /** The file as `device:inode`. */
  node: string;
}

/** The rule that what a program watches is there at the restore, by its path; a deleted file has none. */
export const watchesCanBeSet: Rule = (dumped, { root }) => {
  const ghosts = ghostNodes(dumped);
  const all = [
    ...dumped.ofKind(KIND.inotify).map(({ id, facts }) => ({ id, watches: inotifyWatches(facts) })),
    ...dumped.ofKind(KIND.fanotify).map(({ id, facts }) => ({ id, watches: fanotifyMarks(facts) })),
  ];
  return all.flatMap(({ id, watches }) =>
    watches.flatMap(({ path, node }): Problem[] => {
      if (ghosts.has(node)) return [];
      if (path !== undefined && isThere(root + path)) return [];
      return [
        {
          holder: dumped.holder(id),
          what:
            path === undefined
              ? 'it watches a file or directory that has been deleted and is still open (no path leads to it)'
              : `it watches ${path}, which is not there any more`,
          advice:
            'Close the watcher (fs.watch, chokidar) in beforeCheckpoint and watch again in afterRestore',
          passing: true,
        },
      ];
    }),
  );
};

const messagesIn = (fields: Field[], wanted: number): Field[][] =>
  fields
    .filter(({ number, value }) => number === wanted && Buffer.isBuffer(value))
    .map(({ value }) => fieldsOf(value as Buffer));

const pathOf = (handle: Field[] | undefined): string | undefined => {
  const path = handle && bytesField(handle, HANDLE.path);
  return path && String(path.value);
};

export const inotifyWatches = (facts: Field[]): Watch[] =>
  messagesIn(facts, INOTIFY.watch).map((watch) => ({
    path: pathOf(messagesIn(watch, INOTIFY.handle)[0]),
    node: `${numberField(watch, INOTIFY.device)}:${numberField(watch, INOTIFY.inode)}`,
  }));

/** Returns the marks of fanotify; those of whole mounts need no path. */
const fanotifyMarks = (facts: Field[]): Watch[] =>
  messagesIn(facts, FANOTIFY.mark).flatMap((mark) =>
    messagesIn(mark, FANOTIFY.inode).map((inode) => ({
      path: pathOf(messagesIn(inode, FANOTIFY.handle)[0]),
      node: `${numberField(mark, FANOTIFY.device)}:${numberField(inode, FANOTIFY.node)}`,
    })),
  );

function ghostNodes(dumped: Dumped): Set<string> {
  const nodes = [...dumped.names]
    .filter((name) => /^ghost-file-[0-9a-f]+\.img$/.test(name))
    .map((name) => {
      const head = dumped.read(name);
      const fields = fieldsOf(head.subarray(12, 12 + head.readUInt32LE(8)));
      return `${numberField(fields, GHOST.device)}:${numberField(fields, GHOST.inode)}`;
    });
  return new Set(nodes);
}
