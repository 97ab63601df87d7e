/** The engine's log in the directory that it writes. */
export const DUMP_LOG = 'dump4.log';
