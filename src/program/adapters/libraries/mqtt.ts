import type { Adapter, AdapterApi } from '../adapter.ts';
import { MqttClients } from './mqtt/clients.ts';
import type { MqttClass, MqttClient } from './mqtt/shapes.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

const ASKS = ['publish', 'subscribe', 'unsubscribe', 'end'] as const;

function adapt({ default: Client }: { default: MqttClass }, api: AdapterApi): void {
  const settings = new Settings(/^(mqtts?|wss?|tcp|ssl):\/\//i, /MQTT|BROKER/i, 1883);
  const clients = new MqttClients(settings, () => Client.defaultId());
  const { prototype } = Client;
  const { connect } = prototype;
  prototype.connect = function noted(this: MqttClient) {
    clients.connecting(this);
    return connect.call(this);
  };
  for (const name of ASKS) {
    const asked = prototype[name];
    prototype[name] = function held(this: MqttClient, ...words: unknown[]) {
      const order = clients.orderOf(this);
      const ask = () => asked.apply(this, words);
      if (api.doors.isOpen && !order.isWaiting) return ask();
      // An `end` that is forced waits for nobody.
      const hold = name === 'end' && words[0] === true ? undefined : api.doors.ask;
      return order.waits(hold, ask) ? this : ask();
    };
  }

  api.register({
    name: 'mqtt',
    async beforeCheckpoint() {
      for (const note of clients.own()) api.warn(note);
      await finishCurrent(() => clients.work(), api.doors.limit);
    },
    async beforeFreeze() {
      await until(() => clients.work().size === 0, BRIEFLY);
    },
    inFlight: () => [...clients.work().values()][0],
    letGo: () => clients.park(),
    afterRestore(change) {
      settings.noteChange(change);
      clients.wake(change.restored);
    },
  });
}

export const adapters: Adapter[] = [
  {
    package: 'mqtt',
    versions: [['5.1', '6']],
    without:
      'copies of one image have the same client id, and the server lets only one of them be connected. End the client in beforeCheckpoint and make it again in afterRestore',
    files: { 'build/lib/client.js': adapt },
  },
];
