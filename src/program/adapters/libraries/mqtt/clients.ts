import { randomBytes } from 'node:crypto';
import { InOrder } from '../shared/gate.ts';
import type { Settings } from '../shared/settings.ts';
import type { MqttClient, MqttOptions } from './shapes.ts';

// A program's fake timers must not hold up a checkpoint.
const { setImmediate } = globalThis;

/** An id as MQTT.js makes it, where the program gives none. */
const MADE = /^mqttjs_[0-9a-f]+$/;

/**
 * The clients of the program. A server knows a client by its id, and throws out the older of two clients with one id.
 */
export class MqttClients {
  readonly #live = new Set<MqttClient>();
  readonly #orders = new WeakMap<MqttClient, InOrder>();
  readonly #parked = new Set<MqttClient>();
  /** Ids as the program gave them, where this copy has added to them. */
  readonly #given = new WeakMap<MqttClient, string>();
  readonly #settings: Settings;
  readonly #defaultId: () => string;

  constructor(settings: Settings, defaultId: () => string) {
    this.#settings = settings;
    this.#defaultId = defaultId;
  }

  /** Returns the calls of a client that wait for a checkpoint. */
  orderOf(client: MqttClient): InOrder {
    const order = this.#orders.get(client) ?? new InOrder();
    this.#orders.set(client, order);
    return order;
  }

  connecting(client: MqttClient): void {
    if (this.#live.has(client)) return;
    this.#live.add(client);
    client.on('end', () => this.#live.delete(client));
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const client of this.#live) {
      const server = where(client);
      if (this.#parked.has(client)) continue;
      if (!client.connected && !client.reconnecting && !client.disconnecting && client.stream)
        pieces.set(client, `mqtt connects to ${server}`);
      for (const piece of Object.values(client.outgoing))
        pieces.set(piece, `mqtt waits for ${server} to answer its ${piece.cmd?.toUpperCase() ?? 'message'}`);
      for (const piece of client.queue) pieces.set(piece, `mqtt has messages that wait for ${server}`);
      if (client._incomingQoS2Ids?.size)
        pieces.set(client._incomingQoS2Ids, `mqtt has not got all of a message from ${server}`);
      if ((client.stream?.writableLength ?? 0) > 0 && client.connected)
        pieces.set(client, `mqtt has messages for ${server} that are not sent yet`);
    }
    return pieces;
  }

  /** Lists the ids that the program has chosen. */
  *own(): Generator<string> {
    for (const client of this.#live) {
      const { clientId = '', clean } = client.options;
      if (MADE.test(clientId)) continue;
      const id = this.#given.get(client) ?? clientId;
      yield clean === false
        ? `mqtt: the client id "${id}" is kept, as its session is on the server (clean: false): only one copy can be connected with it at a time, and copies throw each other out. Give each copy an id by its environment:\n  mqtt.connect(url, { clean: false, clientId: process.env.MQTT_CLIENT_ID })`
        : `mqtt: each copy adds to the client id "${id}", as the server lets nobody have the same one twice. To choose it, give it by the environment:\n  mqtt.connect(url, { clientId: process.env.MQTT_CLIENT_ID })`;
    }
  }

  /** Says goodbye as a client's `end()` does, but at once: the server then does not publish its will. */
  park(): void {
    for (const client of this.#live) {
      const { stream } = client;
      if (!client.connected || !stream) continue;
      this.#parked.add(client);
      client._writePacket({ cmd: 'disconnect' });
      // The library's writer corks the stream until its next turn.
      while (stream.writableCorked > 0) stream.uncork();
      stream.on('error', () => {}); // the server may close first, and be done with it
      stream.destroy();
    }
  }

  /** @param copied false: the program goes on where it was */
  wake(copied: boolean): void {
    for (const client of this.#live) {
      if (copied) this.#renew(client);
      if (this.#parked.delete(client)) reconnect(client);
    }
  }

  #renew(client: MqttClient): void {
    const { options } = client;
    this.#follow(options);
    const { clientId = '', clean } = options;
    if (MADE.test(clientId)) {
      options.clientId = this.#defaultId();
      return;
    }
    const given = this.#given.get(client) ?? clientId;
    const now = this.#settings.followUrl(given);
    if (now !== given) {
      options.clientId = now;
      this.#given.delete(client);
    } else if (clean !== false) {
      options.clientId = `${given}-${randomBytes(4).toString('hex')}`;
      this.#given.set(client, given);
    }
  }

  #follow(options: MqttOptions): void {
    const { hostname, port, username, password } = options;
    const target = {
      host: hostname ?? options.host,
      port: port === undefined ? undefined : Number(port),
      user: username,
      password: password === undefined ? undefined : String(password),
    };
    const { host, user, ...changed } = this.#settings.follow(target);
    Object.assign(options, changed, host && { hostname: host, host }, user && { username: user });
  }
}

/**
 * Connects at once, where the library would wait for its next attempt; it hears only in its next turn that the old
 * connection ended.
 */
function reconnect(client: MqttClient): void {
  const now = () => setImmediate(() => !client.connected && client.reconnecting && client._reconnect());
  if (client.reconnecting) now();
  else client.once('close', now);
}

const where = ({ options: { hostname, host, port } }: MqttClient): string =>
  `${hostname ?? host ?? 'localhost'}:${port ?? 1883}`;
