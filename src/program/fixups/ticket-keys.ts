import type { Generation } from './generation.ts';
import { nodeBinding, withoutWarning } from './node-binding.ts';

/** OpenSSL's context as Node holds it: a server's certificate and its session-ticket keys lie in it. */
interface NativeContext {
  setTicketKeys(keys: Uint8Array): unknown;
  getTicketKeys(): Buffer;
}

type Keys = (this: NativeContext, ...args: unknown[]) => unknown;
type Wrap = (handle: unknown, context: NativeContext, isServer: boolean, ...rest: unknown[]) => unknown;

const LENGTH = 48;

/** Marks a context whose keys the program has set: they stay. */
const GIVEN = Number.NaN;

/**
 * Gives a TLS server new session-ticket keys in another copy, before its first connection, unless the program has set
 * them. The keys are drawn when the server is made: all copies would have the same, and whoever has the image could
 * read what each of them has been sent. Works in Workers and children, too, and costs a look-up for each connection.
 */
export function renewTicketKeys(generation: Generation): void {
  const first = generation.copy;
  /** The copy in which a context's keys were drawn. */
  const drawnIn = new WeakMap<NativeContext, number>();
  let natively: Pick<NativeContext, 'setTicketKeys'> | undefined;

  const renew = (context: NativeContext): void => {
    const of = drawnIn.get(context) ?? first;
    if (Number.isNaN(of) || of === generation.copy) return;
    drawnIn.set(context, generation.copy);
    const { randomBytes } = require('node:crypto') as typeof import('node:crypto');
    natively?.setTicketKeys.call(context, randomBytes(LENGTH));
  };

  whenLoaded((context) => {
    const prototype = Object.getPrototypeOf(context) as NativeContext & Record<string, Keys>;
    const { setTicketKeys, getTicketKeys } = prototype;
    natively = { setTicketKeys };
    const replaced = {
      setTicketKeys(this: NativeContext, keys: Uint8Array) {
        drawnIn.set(this, GIVEN);
        return setTicketKeys.call(this, keys);
      },
      getTicketKeys(this: NativeContext) {
        renew(this);
        drawnIn.set(this, generation.copy);
        return getTicketKeys.call(this);
      },
    };
    for (const name of ['setTicketKeys', 'getTicketKeys'] as const)
      Object.defineProperty(prototype, name, { value: replaced[name], writable: true, configurable: true });
    const tls = nodeBinding<{ wrap: Wrap }>('tls_wrap');
    if (!tls) return;
    const { wrap } = tls;
    tls.wrap = (handle, own, isServer, ...rest) => {
      if (isServer) renew(own);
      return wrap(handle, own, isServer, ...rest);
    };
  });
}

const COMMON = ['NativeModule _tls_common', 'NativeModule internal/tls/common'];

/**
 * Calls back with a context of node's when node's own files for TLS are being loaded: no program has a server then.
 * They and node:net read the class of TCP connections while they are loaded, and nothing else does.
 */
function whenLoaded(callback: (context: NativeContext) => void): void {
  const binding = nodeBinding<{ TCP?: unknown }>('tcp_wrap');
  const property = binding && Object.getOwnPropertyDescriptor(binding, 'TCP');
  if (!binding || !property?.configurable) return;
  const { moduleLoadList } = process as unknown as { moduleLoadList?: string[] };
  Object.defineProperty(binding, 'TCP', {
    ...{ configurable: true, enumerable: true },
    get() {
      if (moduleLoadList?.some((name) => COMMON.includes(name))) {
        Object.defineProperty(binding, 'TCP', property);
        const context = emptyContext();
        if (context) callback(context);
      }
      return property.value;
    },
  });
}

interface TlsCommon {
  SecureContext: new (...args: unknown[]) => { context: NativeContext };
}

function emptyContext(): NativeContext | undefined {
  try {
    const { SecureContext } = withoutWarning(() => require('node:_tls_common') as TlsCommon);
    return new SecureContext(undefined, undefined, 'TLSv1.2', 'TLSv1.3').context;
  } catch {
    return undefined; // a Node that keeps it elsewhere: the keys stay as they are
  }
}
