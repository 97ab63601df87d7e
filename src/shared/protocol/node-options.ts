/** NODE_OPTIONS splits at spaces outside double quotes. */
export const quoted = (path: string): string =>
  /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;

/** A list with ours in front; an empty one of the user's stays to be told from none. */
export const withFirst = (ours: string, theirs: string | undefined): string =>
  theirs === undefined ? ours : `${ours} ${theirs}`;
