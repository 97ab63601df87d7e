/** The kind of a descriptor, by the kernel's own words. */
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
  /** The state by TCP's usual name; of a unix socket `LISTEN`, `ESTABLISHED` or `UNCONNECTED`. */
  state?: string;
  /** The own address: `address:port`, `[address]:port`, or the path (`@name` for an abstract one). */
  local?: string;
  remote?: string;
}

/** A child of the program, or a child's. */
export interface OtherProcess {
  pid: number;
  /** The command line, shortened. */
  command: string;
  /** True where the process judges its own descriptors, so hooks and policies work there. */
  isMember?: true;
}

export interface Descriptor {
  fd: number;
  /** The process whose descriptor it is, if not the program's own. */
  process?: OtherProcess;
  kind: DescriptorKind;
  /** The target of /proc/self/fd/N: a path, or `pipe:[inode]` and the like. */
  target: string;
  /** The path of a file that still has a name. */
  path?: string;
  deleted: boolean;
  /** The kind of an anonymous inode: eventpoll, eventfd, inotify, io_uring, timerfd, signalfd, … */
  anon?: string;
  inode: number;
  device: number;
  /** The flags as fcntl(F_GETFL) tells them. */
  flags: number;
  access: 'r' | 'w' | 'rw';
  append: boolean;
  closeOnExec: boolean;
  /** The position in bytes; 0 where it means nothing. */
  position: number;
  /** The size of a regular file in bytes. */
  size?: number;
  socket?: SocketInfo;
}
