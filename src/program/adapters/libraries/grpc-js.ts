import type { ClientHttp2Session, ServerHttp2Session } from 'node:http2';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';
import { Patience } from './shared/patience.ts';

interface Transport {
  readonly session: ClientHttp2Session;
  readonly activeCalls: ReadonlySet<object>;
  shutdown(): void;
}

interface ConnectorClass {
  prototype: { connect(...words: unknown[]): Promise<Transport> };
}

interface Server {
  /** The sessions that clients have opened. */
  readonly sessions: Map<ServerHttp2Session, unknown>;
}

interface ServerClass {
  prototype: Server & { bindAsync(...words: unknown[]): void };
}

/** Finishes calls in flight, then closes connections: channels become idle, and connect when they are used. */
function adaptConnector(exports: { Http2SubchannelConnector: ConnectorClass }, api: AdapterApi): void {
  const { prototype } = exports.Http2SubchannelConnector;
  const { connect } = prototype;
  const transports = new Set<Transport>();
  const patience = new Patience();

  prototype.connect = async function held(...words) {
    const transport = await api.doors.call.passed(() => connect.apply(this, words));
    transports.add(transport);
    transport.session.once('close', () => transports.delete(transport));
    return transport;
  };
  const calls = () => [...transports].flatMap(({ activeCalls }) => [...activeCalls]);

  api.register({
    name: 'gRPC client',
    async beforeFreeze() {
      // A transport that is shut down gets no new call and closes after its last one.
      for (const transport of transports) transport.shutdown();
      await until(() => transports.size === 0, BRIEFLY);
    },
    inFlight() {
      const all = calls();
      const { length } = patience.left(all);
      if (length > 0) return `${length} gRPC calls`;
      if (transports.size === 0 || all.length > 0) return undefined;
      if (!api.doors.call.isClosed) return undefined;
      // Calls that were let through meanwhile may have made another transport.
      for (const transport of transports) transport.shutdown();
      return 'gRPC closes its connections';
    },
    afterRestore() {
      patience.forget();
    },
  });
}

/** Sends clients away by GOAWAY: they finish their calls, and connect again when they have others. */
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
