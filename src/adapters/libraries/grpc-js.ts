import type { ClientHttp2Session, ServerHttp2Session } from 'node:http2';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { Hold } from './shared/hold.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';

interface Transport {
  readonly session: ClientHttp2Session;
  readonly activeCalls: { readonly size: number };
  shutdown(): void;
}

interface ConnectorClass {
  prototype: { connect(...words: unknown[]): Promise<Transport> };
}

interface Server {
  /** Those that clients have opened. */
  readonly sessions: Map<ServerHttp2Session, unknown>;
}

interface ServerClass {
  prototype: Server & { bindAsync(...words: unknown[]): void };
}

/** Attempts in which calls may keep the dump waiting: there are streams that never end. */
const PATIENCE = 8;

/** Calls in flight are finished, then connections are closed: channels become idle and connect when they are used. */
function adaptConnector(exports: { Http2SubchannelConnector: ConnectorClass }, api: AdapterApi): void {
  const { prototype } = exports.Http2SubchannelConnector;
  const { connect } = prototype;
  const hold = new Hold();
  const transports = new Set<Transport>();
  let attempts = 0;

  prototype.connect = async function held(...words) {
    const transport = await hold.passed(() => connect.apply(this, words));
    transports.add(transport);
    transport.session.once('close', () => transports.delete(transport));
    return transport;
  };
  const calls = () => [...transports].reduce((count, { activeCalls }) => count + activeCalls.size, 0);

  api.register({
    name: 'gRPC client',
    async beforeFreeze() {
      attempts += 1;
      hold.close();
      // No new call is given to one that is shut down, and it closes after its last one.
      for (const transport of transports) transport.shutdown();
      await until(() => transports.size === 0, BRIEFLY);
    },
    inFlight: () => (calls() > 0 && attempts < PATIENCE ? `${calls()} gRPC calls` : undefined),
    reopen: () => hold.open(),
    afterRestore() {
      attempts = 0;
      hold.open();
    },
  });
}

/** Clients are sent away by GOAWAY, finish their calls, and connect again when they have others. */
function adaptServer(exports: { Server: ServerClass }, api: AdapterApi): void {
  const { prototype } = exports.Server;
  const { bindAsync } = prototype;
  const servers = new Set<Server>();
  prototype.bindAsync = function noted(...words) {
    servers.add(this);
    bindAsync.apply(this, words);
  };
  const sessions = () => [...servers].flatMap((server) => [...server.sessions.keys()]);
  api.register({
    name: 'gRPC server',
    async beforeFreeze() {
      for (const session of sessions()) session.close();
      await until(() => sessions().length === 0, 2 * BRIEFLY);
    },
  });
}

export const adapters: Adapter[] = [
  {
    package: '@grpc/grpc-js',
    versions: [['1.14', '2']],
    files: { 'build/src/transport.js': adaptConnector, 'build/src/server.js': adaptServer },
  },
];
