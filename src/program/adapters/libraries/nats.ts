import type { Adapter, AdapterApi, FileHook } from '../adapter.ts';
import { NatsHandlers } from './nats/handlers.ts';
import type { Connection, Handler, PublishOptions } from './nats/shapes.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

interface Nuid {
  next(): string;
  reset(): void;
}

/** The generators of ids: every id begins with a random part that was drawn once. */
const nuids = new Set<Nuid>();
const settings = new Settings(/^(nats|tls|wss?):\/\//i, /NATS/i, 4222);

function adaptProtocol(
  { ProtocolHandler }: { ProtocolHandler: { prototype: Handler } },
  api: AdapterApi,
): void {
  const handlers = new NatsHandlers(settings);
  const { prototype } = ProtocolHandler;
  const { disconnected, dialLoop, processMsg, publish } = prototype;
  Object.assign(prototype, {
    dialLoop(this: Handler) {
      handlers.of(this);
      return dialLoop.call(this);
    },
    async disconnected(this: Handler, error?: unknown) {
      if (!(await handlers.revive(this))) await disconnected.call(this, error);
    },
    processMsg(this: Handler, message: { sid: number; reply?: Uint8Array }, data: Uint8Array) {
      const reply = message.reply?.length ? Buffer.from(message.reply).toString() : '';
      if (reply && !reply.startsWith('$JS.')) handlers.asked(this, reply);
      return processMsg.call(this, message, data);
    },
    publish(this: Handler, subject: string, payload?: unknown, options?: PublishOptions) {
      const { line, order, unanswered, inboxes } = handlers.of(this);
      unanswered.delete(subject);
      const send = () => {
        const reply = options?.reply;
        const now =
          reply && inboxes.size > 0 ? { ...options, reply: handlers.translated(this, reply) } : options;
        return publish.call(this, subject, payload, now);
      };
      if (!order.waits(line, send)) send();
    },
  });
  register(handlers, api);
}

function register(handlers: NatsHandlers, api: AdapterApi): void {
  let letGo = false;
  api.register({
    name: 'nats',
    beforeCheckpoint: () => finishCurrent(() => handlers.work(), api.doors.limit),
    stopSources: () => handlers.leaveQueues(),
    openWork: () => handlers.openWork(),
    async beforeFreeze() {
      await until(() => handlers.work().size === 0, BRIEFLY);
    },
    inFlight: () => [...handlers.work().values()][0],
    resume: () => handlers.joinQueues(),
    letGo() {
      letGo = true;
      handlers.park();
    },
    afterRestore({ restored, ...change }) {
      settings.noteChange({ restored, ...change });
      if (restored) for (const nuid of nuids) nuid.reset();
      const [nuid] = nuids;
      handlers.wake(restored && nuid ? (prefix) => `${prefix}.${nuid.next()}` : undefined);
      if (!letGo) handlers.joinQueues();
      letGo = false;
    },
  });
}

/** Makes the program's requests wait; answers to others do not wait. */
function adaptConnection(
  exports: { NatsConnectionImpl: { prototype: Connection } },
  { doors }: AdapterApi,
): void {
  const { prototype } = exports.NatsConnectionImpl;
  const { publish, request, requestMany } = prototype;
  Object.assign(prototype, {
    publish(this: Connection, subject: string, data?: unknown, options?: PublishOptions) {
      if (options?.reply || subject === '') return publish.call(this, subject, data, options);
      doors.ask.pass(() => publish.call(this, subject, data, options));
    },
    request(this: Connection, ...words: unknown[]) {
      if (!doors.ask.isClosed) return request.apply(this, words);
      return doors.ask.passed(() => request.apply(this, words));
    },
    requestMany(this: Connection, ...words: unknown[]) {
      if (!doors.ask.isClosed) return requestMany.apply(this, words);
      return doors.ask.passed(() => requestMany.apply(this, words));
    },
  });
}

function adaptNuid({ nuid }: { nuid: Nuid }): void {
  nuids.add(nuid);
}

const files = (folder: string): Record<string, FileHook> => ({
  [`${folder}protocol.js`]: adaptProtocol,
  [`${folder}nats.js`]: adaptConnection,
});

const SAME =
  'copies of one image have the same inboxes, and each gets the answers to the other. Close the connection in beforeCheckpoint and make it again in afterRestore';

export const adapters: Adapter[] = [
  {
    package: 'nats',
    versions: [['2.18', '3']],
    without: SAME,
    files: { ...files('lib/nats-base-client/'), 'lib/nats-base-client/nuid.js': adaptNuid },
  },
  {
    package: '@nats-io/nats-core',
    versions: [['3.4', '4']],
    without: SAME,
    carriers: ['@nats-io/transport-node'],
    files: files('lib/'),
  },
  {
    package: '@nats-io/nuid',
    versions: [['3.0', '4']],
    without: 'copies of one image make the same ids, of inboxes too. Call nuid.reset() in afterRestore',
    files: { 'lib/nuid.js': adaptNuid },
    start: (api) =>
      api.register({
        name: 'nuid',
        afterRestore({ restored }) {
          if (restored) for (const nuid of nuids) nuid.reset();
        },
      }),
  },
];
