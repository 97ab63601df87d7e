import type { Signature } from './entry.ts';

/** Beginnings of Java's line about a file that is open: three wordings, after which the path follows. */
export const OPEN_FILE =
  'CheckpointOpenFileException: (?:(?:FileDescriptor|FD) (?<fd>\\d+) left open: |FD fd=(?<fd2>\\d+) type=\\S+ path=)?';

export const OPEN_SOCKET =
  'CheckpointOpenSocketException: (?:(?:FileDescriptor|FD) (?<fd>\\d+) left open: |FD fd=(?<fd2>\\d+) type=\\S+ path=)?';

/** The text that may follow the path, to the end of the line. */
export const END =
  '(?: \\([\\w ]+\\))?(?:\\s+Use -Djdk\\.crac\\.collect-fd-stacktraces=true to find the source\\.?)?\\s*$';

/** Patterns of the stack below such a line. */
export const OPENED_BY: readonly RegExp[] = [
  /This file descriptor was created by (?<thread>.+?) at epoch:\d+ here/,
  /^\s*at (?!java\.|jdk\.|sun\.|javax\.)(?<frame>\S+\([^)]*\))/,
];

/** The line below which the stack of the opener stands; what stands before it is that of the checkpoint. */
export const CREATED_BY = /This file descriptor was created by/;

export const NEXT_LINE = /^(?:Suppressed: |Cause \d+\/\d+)/;

/**
 * Makes signatures of a connection to one of these ports, by a socket that is left open or by a channel in a selector.
 */
export const openConnection = (ports: string): Signature[] => [
  {
    text: new RegExp(
      `${OPEN_SOCKET}(?<socket>\\S.*?(?:\\bport=|remotePort |remote[= ]\\S*?:)${ports}\\b[^\\s]*)(?:.*Use -Djdk\\.crac\\.collect-fd-stacktraces=true to find the source)?`,
    ),
  },
  {
    text: new RegExp(
      `(?:BusySelectorException|IllegalSelectorException): Selector \\S+ has registered keys from channels: \\[.*(?<socket>SocketChannel\\[connected local=\\S+ remote=\\S*?:${ports}\\])`,
    ),
  },
];
