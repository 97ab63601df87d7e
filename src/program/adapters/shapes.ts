import type { AdapterLoader } from './loader.ts';

/** The methods by which a class is known wherever a bundler has put it: names of methods stay what they are. */
interface Shape {
  /** The adapter's file in dist/adapters/. */
  adapter: string;
  /** The name of one of that adapter's shapes. */
  name: string;
  /**
   * The package: where the program loads it from node_modules, its files are hooked and the shape is not looked for.
   */
  package: string;
  methods: readonly [string, ...string[]];
}

export const SHAPES: readonly Shape[] = [
  {
    adapter: 'pg',
    name: 'Client',
    package: 'pg',
    methods: ['_handleReadyForQuery', '_connect', '_errorAllQueries', '_pulseQueryQueue', 'query', 'end'],
  },
  {
    adapter: 'pg',
    name: 'Pool',
    package: 'pg-pool',
    methods: ['_pulseQueue', '_remove', '_acquireClient', 'newClient'],
  },
  {
    adapter: 'ioredis',
    name: 'Redis',
    package: 'ioredis',
    methods: ['resetCommandQueue', 'sendCommand', 'setStatus', 'parseOptions', 'silentEmit', 'disconnect'],
  },
  {
    adapter: 'mysql2',
    name: 'Connection',
    package: 'mysql2',
    methods: ['addCommand', 'handlePacket', 'writePacket', '_bumpSequenceId', 'startTLS'],
  },
  {
    adapter: 'mysql2',
    name: 'Pool',
    package: 'mysql2',
    methods: ['_removeIdleTimeoutConnections', 'releaseConnection', 'getConnection', 'query'],
  },
  {
    adapter: 'redis',
    name: 'Client',
    package: '@redis/client',
    methods: ['_executeMulti', '_executePipeline', '_ejectSocket', 'sendCommand'],
  },
  {
    adapter: 'redis',
    name: 'Socket',
    package: '@redis/client',
    methods: ['destroySocket', 'defaultReconnectStrategy', 'write', 'close', 'destroy', 'connect'],
  },
  {
    adapter: 'ws',
    name: 'WebSocket',
    package: 'ws',
    methods: ['setSocket', 'terminate', 'emitClose', 'close', 'ping', 'pong'],
  },
  {
    adapter: 'ws',
    name: 'Server',
    package: 'ws',
    methods: ['completeUpgrade', 'handleUpgrade', 'shouldHandle'],
  },
];

type Init = (this: object, options: unknown) => void;
type Each = (instance: object) => void;

/**
 * Looks at each class of event emitters when its first object is made, before that object does anything: a bundle has
 * no files of packages, and its clients are event emitters. Costs every other emitter a look into a map.
 */
export function watchShapes(loader: Pick<AdapterLoader, 'hasSeen' | 'shapes' | 'api'>): void {
  const { EventEmitter } = require('node:events') as { EventEmitter: { prototype: object; init: Init } };
  const original = EventEmitter.init;
  const known = new WeakMap<object, Each | typeof NOTHING>();
  const homes = new WeakMap<object, Each>();
  EventEmitter.init = function init(options) {
    const prototype = Object.getPrototypeOf(this) as object | null;
    if (prototype !== null) {
      let each = known.get(prototype);
      if (each === undefined) {
        each = eachOf(prototype) ?? NOTHING;
        known.set(prototype, each);
      }
      if (each !== NOTHING) each(this);
    }
    Reflect.apply(original, this, [options]);
  };

  function eachOf(prototype: object): Each | undefined {
    const shape = SHAPES.find(({ methods }) => methods.every((name) => isMethod(prototype, name)));
    if (shape === undefined || loader.hasSeen(shape.package)) return undefined;
    const home = homeOf(prototype, shape.methods[0]);
    const before = homes.get(home);
    if (before) return before;
    const install = loader.shapes(shape.adapter)[shape.name];
    const each = (install?.(home as never, loader.api('of a bundle')) ?? NOTHING) as Each;
    homes.set(home, each);
    return each;
  }
}

const NOTHING = () => {};

/** Tells whether the prototype has this method, without calling a getter: that would be the program's code. */
function isMethod(prototype: object, name: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property) return typeof property.value === 'function';
  }
  return false;
}

/** Finds the prototype that has the method: classes that a library derives from its own count as one. */
function homeOf(prototype: object, name: string): object {
  let at = prototype;
  while (!Object.hasOwn(at, name)) at = Object.getPrototypeOf(at) as object;
  return at;
}
