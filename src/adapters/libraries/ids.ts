import type { Adapter, AdapterApi } from '../adapter.ts';

// Both libraries draw random numbers for many ids at once: what is left of them at a checkpoint would make the same ids
// in every copy. And uuid makes up one address for all time-based ids of a process.

/** Functions that the appended source puts there, each for the variables of its own file. */
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

/** Nothing of the pool is left, so the next id draws anew. */
const nanoid = { append: renewing('if (pool) poolOffset = pool.length;') };
const rng = { append: renewing("if (typeof poolPtr !== 'undefined') poolPtr = rnds8Pool.length;") };
/** Without a node, the next time-based id makes up another. */
const v1 = {
  append: renewing(
    "if (typeof _state !== 'undefined') _state.node = undefined; else _nodeId = _clockseq = undefined;",
  ),
};

/** Where they stand: versions 8 to 10; 11 by `require`; 11 by `import`; 12; 13 and later. */
const FOLDERS = ['dist', 'dist/cjs', 'dist/esm', 'dist-node'];

export const adapters: Adapter[] = [
  {
    package: 'nanoid',
    versions: [['3.1.24', '7']],
    files: { 'index.cjs': nanoid, 'index.js': nanoid },
    start,
  },
  {
    package: 'uuid',
    versions: [['8.3', '15']],
    files: Object.fromEntries(
      FOLDERS.flatMap((folder) => [
        [`${folder}/rng.js`, rng],
        [`${folder}/v1.js`, v1],
      ]),
    ),
    start,
  },
];
