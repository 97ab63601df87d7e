/** Quotes a path for NODE_OPTIONS, which is split at spaces outside double quotes. */
export const quoted = (path: string): string =>
  /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;

/** Puts ours in front of the user's list; an empty list of the user's can still be told from none. */
export const withFirst = (ours: string, theirs: string | undefined): string =>
  theirs === undefined ? ours : `${ours} ${theirs}`;
