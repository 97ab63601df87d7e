import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import { basename } from 'node:path';
import { PATHS, type RuntimeApi } from './runtime-api.ts';
import type { WarmUp } from './warm-up.ts';

type AddRequest = (this: Agent, request: ClientRequest, options: RequestOptions, ...more: unknown[]) => void;
type Dlopen = (module: { exports: NativeClient }, file: string, ...flags: unknown[]) => void;

/** The native part of AWS's runtime interface client, which asks by libcurl. */
interface NativeClient {
  next(): Promise<unknown>;
  done(id: string, body: string): unknown;
  error(id: string, body: string, xray: string): unknown;
}

const NATIVE = 'rapid-client.node';

/**
 * Runs `action` once, before a runtime asks for its first invocation, which it does when its init is over. Seen are
 * AWS's own client, which asks by native code, and whatever asks by Node's http or by fetch.
 */
export function beforeFirstNext(
  api: RuntimeApi,
  action: () => Promise<void>,
  warmUp: WarmUp | undefined,
): void {
  const undo: (() => void)[] = [];
  let done: Promise<void> | undefined;
  const once = (): Promise<void> => {
    done ??= action().finally(() => {
      for (const each of undo) each();
    });
    return done;
  };
  undo.push(watchNative(once, warmUp), watchHttp(api, once, warmUp), watchFetch(api, once, warmUp));
}

function watchNative(once: () => Promise<void>, warmUp: WarmUp | undefined): () => void {
  const original = process.dlopen as unknown as Dlopen;
  let client: NativeClient | undefined;
  let own: NativeClient | undefined;
  const target = process as unknown as { dlopen: Dlopen };
  target.dlopen = function dlopen(module, file, ...flags) {
    Reflect.apply(original, process, [module, file, ...flags]);
    if (basename(file) !== NATIVE) return;
    client = module.exports;
    const native = { next: client.next, done: client.done, error: client.error };
    own = native;
    client.next = async () => {
      const event = warmUp?.next();
      if (event) return { bodyJson: event.body, headers: event.headers };
      await once();
      return native.next();
    };
    client.done = (id, body) => (warmUp?.ended(id) ? true : native.done(id, body));
    client.error = (id, body, xray) => (warmUp?.ended(id, body) ? true : native.error(id, body, xray));
  };
  return () => {
    target.dlopen = original;
    if (client && own) Object.assign(client, own);
  };
}

function watchHttp(api: RuntimeApi, once: () => Promise<void>, warmUp: WarmUp | undefined): () => void {
  const { prototype } = (require('node:http') as typeof import('node:http')).Agent as unknown as {
    prototype: { addRequest: AddRequest };
  };
  const { addRequest } = prototype;
  let isOver = false;
  const isApi = ({ host, hostname, port }: RequestOptions) =>
    Number(port ?? 80) === api.port && [host, hostname].includes(api.host);
  prototype.addRequest = function (request, options, ...more) {
    const pass = (to = options) => Reflect.apply(addRequest, this, [request, to, ...more]);
    if (isOver || !isApi(options)) return pass();
    if (request.path !== PATHS.next)
      return warmUp?.owns(request.path) ? pass(warmUp.instead(options)) : pass();
    const turn = async () => {
      if (warmUp?.hasMore) pass(await warmUp.serving(options));
      else await once().then(() => pass());
    };
    turn().catch((error: Error) => request.destroy(error));
  };
  return () => {
    isOver = true; // somebody else may have come after us
  };
}

function watchFetch(api: RuntimeApi, once: () => Promise<void>, warmUp: WarmUp | undefined): () => void {
  const original = globalThis.fetch;
  if (typeof original !== 'function') return () => {};
  const base = `http://${api.host}:${api.port}`;
  const watched: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== `${base}${PATHS.next}`)
      return warmUp?.owns(url.slice(base.length))
        ? original(warmUp.url(url.slice(base.length)), init)
        : original(input, init);
    if (warmUp?.hasMore) {
      await warmUp.serving({});
      return original(warmUp.url(PATHS.next), init);
    }
    await once();
    return original(input, init);
  };
  globalThis.fetch = watched;
  return () => {
    if (globalThis.fetch === watched) globalThis.fetch = original;
  };
}
