import type { Adapter, AdapterApi } from '../adapter.ts';
import { RenewedFunctions } from './shared/renewed.ts';

// nanoid and uuid draw random numbers for many ids at once: those that are left at a checkpoint would make the same ids
// in every copy. And uuid makes up one address for all time-based ids of a process. Prisma's client contains both.

/** The key of the functions that appended source leaves there, each of which renews the variables of its own file. */
const RENEW = Symbol.for('node-crac.ids');
const renewing = (body: string) =>
  `\n;(globalThis[Symbol.for('node-crac.ids')] ??= new Set()).add(() => { ${body} });\n`;

let started = false;

function start(api: AdapterApi): void {
  if (started) return;
  started = true;
  api.register({
    name: 'ids',
    afterRestore({ restored }) {
      const functions = (globalThis as { [RENEW]?: Set<() => void> })[RENEW];
      if (restored) for (const renew of functions ?? []) renew();
    },
  });
}

/** Declares the pool used up, so the next id draws anew. */
const nanoid = { append: renewing('if (pool) poolOffset = pool.length;') };
const rng = { append: renewing("if (typeof poolPtr !== 'undefined') poolPtr = rnds8Pool.length;") };
/** Forgets the node, so the next time-based id makes up another. */
const v1 = {
  append: renewing(
    "if (typeof _state !== 'undefined') _state.node = undefined; else _nodeId = _clockseq = undefined;",
  ),
};

/**
 * nanoid in Prisma's bundle, whatever its names: `pool = Buffer.allocUnsafe(…), ….getRandomValues(pool), poolOffset =
 * 0`.
 */
const NANOID = /([\w$]+)=Buffer\.allocUnsafe\([\w$*]+\),[\w$.]+\.getRandomValues\(\1\),([\w$]+)=0\b/;
/** uuid in Prisma's clients before 7.9: `rnds8Pool = new Uint8Array(256), poolPtr = rnds8Pool.length;`. */
const UUID = /([\w$]+)=new Uint8Array\(256\),([\w$]+)=\1\.length;/;

/** The hook for ids made of the machine's number and a counter, both drawn when the file is loaded. */
const objectId = {
  append: renewing(
    'MACHINE_ID = Math.floor(Math.random() * 0xffffff); index = ObjectID.index = Math.floor(Math.random() * 0xffffff);',
  ),
};

const DATABASE_IDS = 'Let the database make them: @default(dbgenerated("gen_random_uuid()"))';

let isKnown = false;

const prisma = {
  append(source: string): string {
    const [nanoid, uuid] = [NANOID, UUID].map((pattern) => pattern.exec(source));
    isKnown = nanoid != null;
    return [nanoid, uuid]
      .map((found) => found && renewing(`if (${found[1]}) ${found[2]} = ${found[1]}.length;`))
      .join('');
  },
  install(_exports: never, { version, warn }: AdapterApi): void {
    if (isKnown) return;
    warn(
      `the nanoid in @prisma/client ${version} is not as known, so copies of one image may make the same ids. ${DATABASE_IDS}.`,
    );
  },
};

type Draw = (bytes: number) => Uint8Array;

/** Uses up nanoid's pool: memory that is used from its start to its end, then filled and used again from its start. */
function useUpNanoid({ random }: { random: Draw }): void {
  for (let last = random(64); ; ) {
    const next = random(64);
    if (next.buffer !== last.buffer || next.byteOffset < last.byteOffset) return;
    last = next;
  }
}

/** The number of ids that use up uuid's pool, which has 256 bytes: each takes 16. */
const UUIDS = 17;

function useUpUuid({ v1, v4 }: { v1(): string; v4(options: object): string }): void {
  for (let i = 0; i < UUIDS; i++) v4({});
  // uuid makes up another node when the clock is set back.
  const { now } = Date;
  Date.now = () => 0;
  try {
    v1();
  } finally {
    Date.now = now;
  }
}

/** Folders of uuid's files: versions 8 to 10; 11 by `require`; 11 by `import`; 12; 13 and later. */
const FOLDERS = ['dist', 'dist/cjs', 'dist/esm', 'dist-node'];

const WITHOUT =
  'copies of one image may make the same ids. Use crypto.randomUUID(), or draw 128 ids in afterRestore and let them go';

/** Empties the pools of `uid` and `@lukeed/uuid`, which are drawn by Math.random: the next id draws another. */
const buffer = { append: renewing('BUFFER = undefined;') };
const smallIds = { 'dist/index.js': buffer, 'dist/index.mjs': buffer };

/** The size of the larger pool, of 512 digits or 256 numbers; each call goes one further in it. */
const SMALL_POOL = 512;

/** Renews nuid, whose ids count on from a random number: where it has none, it draws one. */
const nuid = {
  append: `
;{
  const { init } = Nuid.prototype;
  const all = new Set();
  Nuid.prototype.init = function () {
    all.add(this);
    return init.call(this);
  };
  (globalThis[Symbol.for('node-crac.ids')] ??= new Set()).add(() => {
    for (const each of all) each.inited = false;
  });
}
`,
};

type HyperId = ((options?: object | boolean) => HyperIdInstance) & { decode: unknown };
type HyperIdInstance = (() => string) & { uuid: string; decode: unknown };

/** Renews instances of hyperid, whose ids count from 0 after a UUID that each instance draws when it is made. */
function adaptHyperId(exports: HyperId, api: AdapterApi): unknown {
  const functions = new RenewedFunctions(api, 'hyperid');
  return Object.assign((options?: object | boolean) => functions.inFrontOf(() => exports(options)), exports);
}

export const adapters: Adapter[] = [
  {
    package: 'nanoid',
    versions: [
      ['3.3', '4'],
      ['5.1', '6'],
    ],
    without: WITHOUT,
    files: { 'index.cjs': nanoid, 'index.js': nanoid },
    renewals: { 'index.js': useUpNanoid },
    start,
  },
  {
    package: '@lukeed/uuid',
    versions: [['2.0', '3']],
    without: WITHOUT,
    files: smallIds,
    renewals: {
      'dist/index.mjs': ({ v4 }: { v4(): string }) => {
        for (let i = 0; i < SMALL_POOL; i++) v4();
      },
    },
    start,
  },
  {
    package: 'bson-objectid',
    versions: [['2.0', '3']],
    without: WITHOUT,
    files: { 'objectid.js': objectId },
    start,
  },
  { package: 'hyperid', versions: [['3.0', '5']], without: WITHOUT, files: { 'hyperid.js': adaptHyperId } },
  {
    package: 'nuid',
    versions: [['2.0', '3']],
    without: WITHOUT,
    files: { 'lib/nuid.js': nuid, 'esm/index.mjs': nuid },
    renewals: { 'esm/index.mjs': ({ nuid }: { nuid: { reset(): void } }) => nuid.reset() },
    start,
  },
  {
    package: 'uid',
    versions: [['2.0', '3']],
    without: WITHOUT,
    files: smallIds,
    renewals: {
      'dist/index.mjs': ({ uid }: { uid(): string }) => {
        for (let i = 0; i < SMALL_POOL; i++) uid();
      },
    },
    start,
  },
  {
    package: '@prisma/client',
    versions: [['6.16', '8']],
    without: `copies of one image may make the same ids. ${DATABASE_IDS}`,
    files: { 'runtime/client.js': prisma },
    start,
  },
  {
    package: 'uuid',
    versions: [
      ['8.3', '12'],
      ['14.0', '15'],
    ],
    without: WITHOUT,
    files: Object.fromEntries(
      FOLDERS.flatMap((folder) => [
        [`${folder}/rng.js`, rng],
        [`${folder}/v1.js`, v1],
      ]),
    ),
    renewals: { 'dist/esm/index.js': useUpUuid, 'dist-node/index.js': useUpUuid },
    start,
  },
];
