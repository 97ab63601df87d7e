import type { Generation } from './generation.ts';
import { nodeBinding } from './node-binding.ts';

type Native = (this: object, ...args: unknown[]) => unknown;
type Server = [address: string, port: number];

interface Channel {
  /** The arguments that the resolver was made with: timeout, tries, … */
  made: unknown[];
  /** The copy in which the channel, or the one in its place, was made. */
  copy: number;
  /** True where the program has chosen the servers. */
  hasServers?: boolean;
  /** The arguments of the program's setLocalAddress. */
  local?: unknown[];
  instead?: object;
}

/**
 * Gives each resolver, also the one behind `dns.resolve`, a new channel with the same options at its next use in
 * another copy; the old one ends what it has begun. A channel (c-ares) draws the numbers of its queries from a supply
 * that lies in memory: all copies would ask with the same ones, and whoever knows them can answer falsely.
 *
 * The resolver itself keeps its channel, under a name that no program is to touch, so the methods are replaced here.
 */
export function renewDnsChannels(generation: Generation): void {
  const binding = nodeBinding<{ ChannelWrap?: new (...args: unknown[]) => object }>('cares_wrap');
  const ChannelWrap = binding?.ChannelWrap;
  if (!binding || typeof ChannelWrap !== 'function') return;
  const channels = new WeakMap<object, Channel>();
  const methods = ChannelWrap.prototype as Record<string, Native>;
  const { getServers, setServers, setLocalAddress } = methods;

  binding.ChannelWrap = new Proxy(ChannelWrap, {
    construct(target, made, asWhat) {
      const handle = Reflect.construct(target, made, asWhat) as object;
      channels.set(handle, { made, copy: generation.copy });
      return handle;
    },
  });

  const present = (handle: object): object => {
    const channel = channels.get(handle);
    if (channel === undefined) return handle;
    if (channel.copy !== generation.copy) {
      const old = channel.instead ?? handle;
      channel.copy = generation.copy;
      channel.instead = new ChannelWrap(...channel.made);
      if (channel.hasServers) setServers?.call(channel.instead, serversOf(getServers?.call(old) as Server[]));
      if (channel.local) setLocalAddress?.apply(channel.instead, channel.local);
    }
    return channel.instead ?? handle;
  };

  for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(methods))) {
    const original = method.value as Native | undefined;
    if (name === 'constructor' || typeof original !== 'function') continue;
    const replaced: Record<string, Native> = {
      [name](...args) {
        const channel = channels.get(this);
        const handle = present(this);
        if (name === 'cancel' && handle !== this) Reflect.apply(original, this, args);
        const result = Reflect.apply(original, handle, args);
        if (channel && name === 'setServers') channel.hasServers = true;
        if (channel && name === 'setLocalAddress') channel.local = args;
        return result;
      },
    };
    Object.defineProperty(methods, name, { ...method, value: replaced[name] });
  }
}

/** Turns what getServers gives into what setServers takes. */
const serversOf = (servers: Server[]): [family: 4 | 6, ...Server][] =>
  servers.map(([address, port]) => [address.includes(':') ? 6 : 4, address, port]);
