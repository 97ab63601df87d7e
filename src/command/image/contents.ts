/** What an image holds and needs, in words that every engine has; manifest.json and restore.conf say it. */

/**
 * The forms of an image. `cow`: memory is mapped from the image, copies share what they do not write. `plain`: it is
 * read at each restore.
 */
export const IMAGE_FORMS = ['cow', 'plain'] as const;
export type ImageForm = (typeof IMAGE_FORMS)[number];

/**
 * The protection keys of the CPU that an image was made on: it has none, or it has and the program was answered as if
 * it had none (native/preload/protection-keys.c).
 */
export type ProtectionKeys = 'none' | 'answered';

/** A stream of whoever restores that takes the place of a descriptor, by the engine's name for that. */
export interface Inherited {
  slot: 0 | 1 | 2;
  name: string;
}

/** A TCP socket of the image that listens. */
export interface ListeningPort {
  family: 4 | 6;
  address: string;
  port: number;
  v6only: boolean;
  /** The place of the port in the engine's files, to be changed there. */
  offset: number;
}

/** A file that a process of the image has open, as it was at the dump. */
export interface OpenFile {
  path: string;
  /** The PID inside, and the number there; of several descriptors the first. */
  process: number;
  fd: number;
  /**
   * The demand of the restorer on the file: `append` only a place for it, `read` that what was read still stands there,
   * `write` the same size, `directory` that it is there.
   */
  access: 'append' | 'read' | 'write' | 'directory';
  /** The position in bytes. */
  position: number;
  size: number;
  /** The time of the last change in nanoseconds since 1970, in decimal. */
  modified: string;
  uid: number;
  gid: number;
  /** The mode as stat(2) has it. */
  mode: number;
  /**
   * The fingerprint of the beginning, and of what stands before the position (file-facts.ts); undefined where it cannot
   * be read.
   */
  fingerprint: string | undefined;
}

/** A file that processes of the image have mapped: its code or its data is not in the image. */
export interface MappedFile {
  path: string;
  /** The size in bytes. */
  size: number;
  /** The time of the last change in nanoseconds since 1970, in decimal. */
  modified: string;
  /** The build id of a program or a library, in hexadecimal. */
  buildId: string | undefined;
}

/** The storage of the memory of its processes. */
export interface StoredMemory {
  form: ImageForm;
  /** The bytes of the page file, holes included; 0 where there is none. */
  pageFile: number;
  /** The contents of the page file, by kind. */
  memory: Record<string, { mappings: number; bytes: number }>;
}
