/** The connection of a request, as far as it is known; Node's `net.Socket` is one. */
export interface CallerSocket {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers of proxies: a proxy on this machine passes on what strangers ask. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
/** Headers of browsers: a page from anywhere can make a browser on this machine ask. */
const OF_BROWSERS = ['origin', 'sec-fetch-site'];

const LOOPBACK = /^(?:127\.|::ffff:127\.|::1$)/;

/** Tells whether the request comes from this machine itself, from no proxy and no browser. */
export function isLocalCaller(socket: CallerSocket | undefined, headers: Headers): boolean {
  if ([...OF_PROXIES, ...OF_BROWSERS].some((name) => headers[name] !== undefined)) return false;
  if (!socket || socket.destroyed) return false;
  if (socket.remoteAddress !== undefined) return LOOPBACK.test(socket.remoteAddress);
  // A unix socket has no address, and neither has a connection that its client has reset.
  return typeof listenerOf(socket)?.address?.() === 'string';
}

/** Returns the server that accepted a socket, which Node notes at it. */
const listenerOf = (socket: CallerSocket) => (socket as { server?: { address?(): unknown } }).server;
