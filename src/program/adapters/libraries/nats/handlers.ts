import { Gate, InOrder } from '../shared/gate.ts';
import type { Settings } from '../shared/settings.ts';
import type { Handler } from './shapes.ts';

const { now: wallClock } = Date;

/**
 * The time in milliseconds for which a request that the program received may hold up the dump: perhaps it never
 * answers.
 */
const PATIENCE = 2000;

interface Known {
  /** A gate that is closed from when the connection is let go until there is another one. */
  line: Gate;
  order: InOrder;
  /** Settles when the connection may be made again. */
  parked: Promise<void> | undefined;
  wake: () => void;
  /** Where to answer requests that the program has received and not answered, and since when. */
  unanswered: Map<string, { since: number; piece: object }>;
  /** Inboxes of before the restore → those of this copy. */
  inboxes: Map<string, string>;
  /** True when nothing more comes on the connection's queue groups. */
  isQuiet: boolean;
}

/** The connections of the program. */
export class NatsHandlers {
  readonly #known = new Map<Handler, Known>();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  of(handler: Handler): Known {
    let known = this.#known.get(handler);
    if (known === undefined) {
      const [line, order] = [new Gate(), new InOrder()];
      const none = { parked: undefined, wake: () => {}, isQuiet: false };
      known = { line, order, ...none, unanswered: new Map(), inboxes: new Map() };
      this.#known.set(handler, known);
    }
    return known;
  }

  #live(): [Handler, Known][] {
    for (const handler of this.#known.keys()) if (handler.isClosed()) this.#known.delete(handler);
    return [...this.#known].filter(([handler]) => handler.connected);
  }

  asked(handler: Handler, reply: string): void {
    this.of(handler).unanswered.set(reply, { since: wallClock(), piece: {} });
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const [handler] of this.#live()) {
      for (const request of handler.muxSubscriptions.reqs.values())
        pieces.set(request, `nats waits for the answer to a request to "${request.requestSubject ?? '?'}"`);
      for (const pong of handler.pongs) pieces.set(pong, 'nats waits for its server to answer');
      if (handler.outbound.length() > 0 || (handler.transport?.socket?.writableLength ?? 0) > 0)
        pieces.set(handler, 'nats has messages that are not sent yet');
    }
    return new Map([...pieces, ...this.openWork()]);
  }

  /** Returns the requests that the program has received and not answered. */
  openWork(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const [, { unanswered }] of this.#live())
      for (const [reply, { since, piece }] of unanswered)
        if (wallClock() - since > PATIENCE) unanswered.delete(reply);
        else pieces.set(piece, 'the program has not answered a request that it got from nats');
    return pieces;
  }

  /** Leaves queue groups, so that other members get their messages. What was on its way has come when this settles. */
  async leaveQueues(): Promise<void> {
    const leave = async ([handler, known]: [Handler, Known]) => {
      const groups = handler.subscriptions.all().filter(({ queue }) => queue);
      if (known.isQuiet || groups.length === 0) return;
      known.isQuiet = true;
      for (const { sid } of groups) handler.sendCommand(`UNSUB ${sid}\r\n`);
      await handler.flush().catch(() => {}); // the connection has ended: nothing comes from it
    };
    await Promise.all(this.#live().map(leave));
  }

  joinQueues(): void {
    for (const [handler, known] of this.#live()) {
      if (!known.isQuiet) continue;
      known.isQuiet = false;
      for (const { subject, queue, sid } of handler.subscriptions.all())
        if (queue) handler.sendCommand(`SUB ${subject} ${queue} ${sid}\r\n`);
    }
  }

  park(): void {
    for (const [handler, known] of this.#live()) {
      known.isQuiet = false;
      known.line.close();
      known.parked = new Promise((resolve) => {
        known.wake = resolve;
      });
      handler.connected = false;
      handler.heartbeats.cancel();
      handler.transport?.socket?.destroy();
    }
  }

  /** @param inbox makes the name of a new inbox; undefined where the program goes on where it was */
  wake(inbox: ((prefix: string) => string) | undefined): void {
    for (const [handler, known] of this.#known) {
      if (inbox) this.#rename(handler, known, inbox);
      if (known.parked === undefined) continue;
      this.#follow(handler);
      for (const server of handler.servers.getServers()) server.lastConnect = 0;
      known.parked = undefined;
      known.wake();
    }
  }

  /**
   * Gives a copy inboxes of its own: answers to what it asks go there, and two copies must not listen to the same one.
   */
  #rename(handler: Handler, { inboxes }: Known, inbox: (prefix: string) => string): void {
    const { muxSubscriptions: mux, options } = handler;
    const prefix = options.inboxPrefix || '_INBOX';
    const isInbox = new RegExp(`^${prefix.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}\\.[^.]+`);
    const renamed = (subject: string): string =>
      subject.replace(isInbox, (before) => {
        const now = inboxes.get(before) ?? inbox(prefix);
        inboxes.set(before, now);
        return now;
      });
    for (const subscription of handler.subscriptions.all())
      subscription.subject = renamed(subscription.subject);
    if (mux.baseInbox) mux.baseInbox = renamed(mux.baseInbox);
  }

  /** Returns the inbox of now, where the program has kept the name of an old one: pull consumers of JetStream do. */
  translated(handler: Handler, reply: string): string {
    const { inboxes } = this.of(handler);
    for (const [before, now] of inboxes)
      if (reply === before || reply.startsWith(`${before}.`)) return now + reply.slice(before.length);
    return reply;
  }

  #follow(handler: Handler): void {
    const { servers, noRandomize } = handler.options;
    if (servers === undefined) return;
    const urls = typeof servers === 'string' ? [servers] : servers;
    const now = urls.map((url) => this.#settings.followUrl(url));
    if (now.every((url, index) => url === urls[index])) return;
    handler.options.servers = now;
    const Servers = handler.servers.constructor as new (
      urls: string[],
      options: object,
    ) => Handler['servers'];
    handler.servers = new Servers(now, { randomize: !noRandomize });
  }

  /**
   * Makes the connection again, in the place of what the library does when a connection ends.
   * @returns false if it was not let go by us
   */
  async revive(handler: Handler): Promise<boolean> {
    const known = this.of(handler);
    if (!known.line.isClosed) return false;
    try {
      await known.parked;
      await handler.dialLoop();
    } catch (error) {
      await (handler._close ? handler._close(error) : handler.close?.(error));
    }
    known.line.open();
    return true;
  }
}
