import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { AdapterResource } from './adapter.ts';
import type { Gate } from './libraries/shared/gate.ts';
import { BRIEFLY, until } from './libraries/shared/in-flight.ts';
import { Patience } from './libraries/shared/patience.ts';

type AddRequest = (this: Agent, request: ClientRequest, ...more: unknown[]) => void;
type Sockets = Record<string, Socket[] | undefined>;

const CHANNEL = 'http.client.request.start';

const all = (sockets: Sockets): Socket[] => Object.values(sockets).flatMap((list) => list ?? []);

/**
 * The requests that a program makes by Node's `http` and `https`: those in flight are finished, new ones wait in their
 * agent until the program goes on, and connections that an agent keeps are let go of. Otherwise the first request after
 * a restore would be sent on a connection that the dump has cut.
 */
export class OutgoingHttp implements AdapterResource {
  readonly name = 'outgoing HTTP';
  readonly #agents = new Set<WeakRef<Agent>>();
  readonly #known = new WeakSet<Agent>();
  readonly #gate: Gate;
  readonly #patience = new Patience();

  constructor(gate: Gate) {
    this.#gate = gate;
    // The first request has loaded http: it is not loaded for programs that make none.
    const first = (message: unknown) => {
      unsubscribe(CHANNEL, first);
      const { agent } = (message as { request: { agent?: Agent } }).request;
      if (agent) this.#note(agent);
      this.#patch((require('node:http') as typeof import('node:http')).Agent.prototype);
    };
    subscribe(CHANNEL, first);
  }

  async beforeFreeze(): Promise<void> {
    await until(() => this.#busy().length === 0, BRIEFLY);
  }

  inFlight(): string | undefined {
    const busy = this.#patience.left(this.#busy()).length;
    return busy > 0 ? `${busy} requests to HTTP servers` : undefined;
  }

  *sockets(): Iterable<Socket> {
    for (const { sockets, freeSockets } of this.#live())
      yield* [...all(sockets as Sockets), ...all(freeSockets as Sockets)];
  }

  letGo(): void {
    for (const agent of this.#live())
      for (const socket of all(agent.freeSockets as Sockets)) socket.destroy();
  }

  afterRestore(): void {
    this.#patience.forget();
  }

  #patch(prototype: Agent): void {
    const { addRequest } = prototype as unknown as { addRequest: AddRequest };
    const note = (agent: Agent) => this.#note(agent);
    const hold = this.#gate;
    Object.assign(prototype, {
      addRequest(this: Agent, ...words: Parameters<AddRequest>) {
        note(this);
        hold.pass(() => addRequest.apply(this, words));
      },
    });
  }

  /** Notes an agent: a request without one makes its own. */
  #note(agent: Agent): void {
    if (this.#known.has(agent)) return;
    this.#known.add(agent);
    this.#agents.add(new WeakRef(agent));
    if (this.#agents.size % 256 === 0) this.#live();
  }

  #live(): Agent[] {
    return [...this.#agents].flatMap((reference) => {
      const agent = reference.deref();
      if (agent === undefined) this.#agents.delete(reference);
      return agent ?? [];
    });
  }

  /** Lists the requests in flight, each by its own object: an agent's next request may come on the same connection. */
  #busy(): object[] {
    return this.#live().flatMap(({ sockets }) =>
      all(sockets as Sockets).map((socket) => (socket as { _httpMessage?: object })._httpMessage ?? socket),
    );
  }
}
