/** What a descriptor is, by the kernel's own words. */
export type DescriptorKind =
  | 'regular'
  | 'directory'
  | 'character'
  | 'block'
  | 'fifo'
  | 'pipe'
  | 'socket'
  | 'memfd'
  | 'anon';

export interface SocketInfo {
  protocol: 'tcp' | 'udp' | 'raw' | 'unix' | 'netlink' | 'unknown';
  family: 'ipv4' | 'ipv6' | 'unix' | 'netlink' | 'unknown';
  /** TCP's state by its usual name; of a unix socket `LISTEN`, `ESTABLISHED` or `UNCONNECTED`. */
  state?: string;
  /** `address:port`, `[address]:port`, or the path (`@name` for an abstract one). */
  local?: string;
  remote?: string;
}

/** A child of the program, or a child's. */
export interface OtherProcess {
  pid: number;
  /** Its command line, shortened. */
  command: string;
  /** It judges its own descriptors, so hooks and policies work there. */
  isMember?: true;
}

export interface Descriptor {
  fd: number;
  /** Whose it is, if not the program's own. */
  process?: OtherProcess;
  kind: DescriptorKind;
  /** Where /proc/self/fd/N points: a path, or `pipe:[inode]` and the like. */
  target: string;
  /** Path of a file that still has a name. */
  path?: string;
  deleted: boolean;
  /** Kind of an anonymous inode: eventpoll, eventfd, inotify, io_uring, timerfd, signalfd, … */
  anon?: string;
  inode: number;
  device: number;
  /** As fcntl(F_GETFL) tells them. */
  flags: number;
  access: 'r' | 'w' | 'rw';
  append: boolean;
  closeOnExec: boolean;
  /** Bytes; 0 where a position means nothing. */
  position: number;
  /** Bytes of a regular file. */
  size?: number;
  socket?: SocketInfo;
}
