/**
 * The demands of a restore on a file that the program has open, by how it has it open (the same rules in
 * native/restore/open-files.c).
 */
export const AT_RESTORE = {
  append: 'may grow, be rotated or be gone',
  read: 'may grow; what has been read must stay',
  write: 'must keep its size',
  directory: 'must be there',
} as const;
