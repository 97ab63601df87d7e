/** Says what a descriptor is, in one word, by what strace or /proc says of it and by the call that made it. */
export function kindOf(what: string, call?: string): string {
  if (/^(socket:|TCP|UDP|UNIX|NETLINK|RAW|ICMP|PING|SCTP|MPTCP|PACKET)/.test(what)) return 'socket';
  if (what.startsWith('pipe:')) return 'pipe';
  const anonymous = what.match(/^anon_inode:\[?([\w-]+)/)?.[1];
  if (anonymous) return anonymous;
  if (what.startsWith('pid:')) return 'pidfd';
  if (/^\/memfd:/.test(what)) return 'memfd';
  if (/<char /.test(what) || /^\/dev\/(null|zero|full|u?random|tty|pts\/|ptmx)/.test(what))
    return 'character';
  if (/<block /.test(what)) return 'block';
  if (call === 'socket' || call === 'accept' || call === 'accept4') return 'socket';
  if (what.startsWith('/')) return 'file';
  return call?.replace(/_create1?$|\d+$/, '') ?? 'unknown';
}
