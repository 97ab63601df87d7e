import { randomBytes, randomUUID } from 'node:crypto';
import type { AdapterApi } from '../../adapter.ts';
import { Renewed } from '../shared/renewed.ts';
import { type Constructor, instances } from './instances.ts';

interface Broker {
  nodeID: string;
  instanceID: string;
  options: { nodeID?: string };
  transit?: {
    nodeID: string;
    instanceID: string;
    tx?: { nodeID: string };
    discoverer?: { instanceHash?: string };
    subscribe?: unknown;
    makeSubscriptions(): Promise<unknown>;
    connected: boolean;
  };
  registry: {
    nodes: { nodes: Map<string, unknown>; localNode: { id: string; instanceID: string } | undefined };
  };
}

interface Moleculer {
  ServiceBroker?: Constructor<Broker>;
}

/** A name that Moleculer has made up itself, of the host's name and the PID. */
const MADE_UP = /^.+-\d+$/;

function renewBroker(broker: Broker): void {
  const { transit, registry, options } = broker;
  broker.instanceID = randomUUID();
  const localNode = registry.nodes.localNode;
  if (localNode) localNode.instanceID = broker.instanceID;
  if (transit) transit.instanceID = broker.instanceID;
  if (transit?.discoverer?.instanceHash) transit.discoverer.instanceHash = broker.instanceID.slice(0, 8);
  if (options.nodeID || !MADE_UP.test(broker.nodeID)) return;
  const nodes = registry.nodes.nodes;
  nodes.delete(broker.nodeID);
  broker.nodeID = `${broker.nodeID}-${randomBytes(4).toString('hex')}`;
  if (localNode) {
    localNode.id = broker.nodeID;
    nodes.set(broker.nodeID, localNode);
  }
  if (!transit) return;
  transit.nodeID = broker.nodeID;
  if (transit.tx) transit.tx.nodeID = broker.nodeID;
  // The topics that others answer to are named after the node.
  if (transit.connected) void transit.makeSubscriptions();
}

export function adaptMoleculer(exports: Constructor<Broker> | Moleculer, api: AdapterApi): unknown {
  const renewed = new Renewed<Broker>(api, 'moleculer', renewBroker);
  return instances(exports as Constructor<Broker>, (broker) => renewed.add(broker));
}
