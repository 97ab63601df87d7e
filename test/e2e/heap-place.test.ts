import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** The pages of V8's heap lie beside each other (native/preload/heap-place.c): a copy maps few pieces, not each page. */

const PORT = await freePorts(5);
const VERSIONS = ['node22', 'node24', 'node26'] as const;

let paths: Record<(typeof VERSIONS)[number], string>;
beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

interface Heap {
  mappings: number;
  /** The number of V8's pages of 256 KiB: so many mappings there would be else. */
  pages: number;
  /** The distance from the first to the last of nine tenths of them, in pages. */
  span: number;
  kept: number;
}

const ask = async (path: string): Promise<Heap> => (await getJson(PORT, path)) as Heap;

function expectTogether(heap: Heap): void {
  expect(heap.pages).toBeGreaterThan(100);
  expect(heap.mappings * 3).toBeLessThan(heap.pages * 2);
}

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  test('the heap of a program, and of its copy, is in few mappings; what was given back is used again', async () => {
    const node = version === 'this' ? process.execPath : paths[version];
    const words = ['--image', image, '--node', node, '--expose-gc', join(PROGRAMS, 'heap-mappings.js')];
    const program = place.start(CRAC, ['run', ...words], { env: { PORT: String(PORT) } });
    await program.line(/listening/);
    const first = await ask('/keep');
    expectTogether(first);
    for (let i = 0; i < 3; i++) {
      await ask('/drop');
      expect((await ask('/keep')).span).toBeLessThan(4 * first.pages);
    }
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    await program.ended;
    place.start(CRAC, ['restore', image]);
    const copy = await ask('/');
    expect(copy.kept).toBe(500_000);
    expectTogether(copy);
    await ask('/drop');
    expectTogether(await ask('/keep'));
  });
});
