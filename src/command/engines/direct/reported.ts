import { shortIp6 } from '../../../shared/protocol/ip6.ts';
import type { ListeningPort } from '../../image/contents.ts';

/** A file or directory that a program had open, in the words of its snapshot. */
export interface ReportedFile {
  fd: number;
  flags: number;
  position: number;
  size: number;
  mode: number;
  /** Nanoseconds since the epoch. */
  modified: string;
  path: string;
}

/** The state that only the program had, and that was noted while it stood still: it goes on, and may change all of it. */
export interface Reported {
  files: ReportedFile[];
  ports: ListeningPort[];
}

const FILE = /^f(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (.*)$/s;

/** Reads what native/engines/direct/inside/report.c says. */
export function readReport(messages: readonly string[]): Reported {
  const files = messages.flatMap((text) => {
    const [, fd, flags, position, size, mode, modified = '0', path = ''] = text.match(FILE) ?? [];
    return fd === undefined
      ? []
      : [
          {
            fd: Number(fd),
            flags: Number(flags),
            position: Math.min(Number(position), Number.MAX_SAFE_INTEGER),
            size: Number(size),
            mode: Number(mode),
            modified,
            path,
          },
        ];
  });
  const ports = messages.filter((text) => text[0] === 'p').map(portOf);
  return { files, ports: ports.sort((a, b) => a.port - b.port) };
}

function portOf(text: string): ListeningPort {
  const [port = 0, ...bytes] = text.slice(1).trim().split(' ').map(Number);
  const family = bytes.length === 4 ? 4 : 6;
  const address =
    family === 4
      ? bytes.join('.')
      : shortIp6((Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':'));
  return { family, address, port, v6only: false, offset: 0 };
}
