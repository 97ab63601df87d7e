import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guardedMappings } from '../../src/command/engines/criu/dump/protection-keys.ts';
import { machineHasProtectionKeys } from '../../src/command/machine/protection-keys.ts';
import { compileAddon } from '../support/compile.ts';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const script = join(PROGRAMS, 'protection-keys.js');
const hasKeys = machineHasProtectionKeys();

interface Answers {
  own: string;
  child: string;
  next: number;
  fetched: string;
}

function compile(...options: string[]): string {
  const output = place.path('keys');
  execFileSync('cc', ['-O1', ...options, '-o', output, join(ROOT, 'test/fixtures/kernel/keys.c')]);
  return output;
}

const addon = () => compileAddon('keys', place.path('keys.node'));

/** When the child has said all. */
async function answers(): Promise<Answers> {
  let found: Answers;
  do found = await getJson<Answers>(PORT);
  while (!found.child.includes('end\n'));
  return found;
}

const REFUSED = {
  own: 'ENOSPC by no-io-uring.so, ENOSPC',
  child: [
    'pkey_alloc ENOSPC',
    'syscall(SYS_pkey_alloc) ENOSPC',
    'pkey_mprotect EINVAL',
    'syscall(SYS_pkey_mprotect) EINVAL',
    'pkey_mprotect without a key done',
    'pkey_free EINVAL',
    'end\n',
  ].join('\n'),
  next: 42,
  fetched: 'plain',
};

test('nobody in the tree gets a protection key, and the kernel is not asked; WebAssembly and fetch work in a copy', async () => {
  const program = run(place, { image, words: [script, addon(), compile(), 'filter'], port: PORT });
  expect(await answers()).toEqual(REFUSED);
  await checkpoint(place, program, image);
  const copy = place.start(CRAC, ['restore', image]);
  expect(await answers()).toEqual(REFUSED);
  await end(place, [copy], 'SIGTERM', { code: null, signal: 'SIGTERM' });
  const inspected = await place.crac('inspect', image);
  expect(inspected.stdout).toContain(
    hasKeys
      ? 'the CPU has memory protection keys; the program was answered that it has none'
      : 'the CPU has no memory protection keys',
  );
});

describe.skipIf(!hasKeys)(`with protection keys${hasKeys ? '' : ' (needs a CPU with pku)'}`, () => {
  test('a statically linked child that guards its memory with one is refused by name', async () => {
    const program = run(place, { image, words: [script, addon(), compile('-static'), 'keep'], port: PORT });
    expect((await answers()).child).toContain('pkey_alloc done');
    const { code, stderr } = await place.crac('checkpoint', image);
    expect({ code, stderr: stderr.replace(/process \d+|[0-9a-f]+-[0-9a-f]+/g, '…') }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^crac: … \(keys\) has memory under a protection key:\n {2}… r--p \[anonymous\]: key \d+\n/,
      ),
    });
    program.child.kill('SIGTERM');
    await program.ended;
  });
});

test('the mappings with a key are found among those without', () => {
  const smaps = [
    '00400000-00401000 r--p 00000000 fe:00 1234                               /srv/a b',
    'Size:                  4 kB',
    'ProtectionKey:         0',
    'VmFlags: rd mr mw me',
    '7f12c0000000-7f12c0001000 rw-p 00000000 00:00 0 ',
    'Size:                  4 kB',
    'ProtectionKey:         1',
    '7f12c0001000-7f12c0002000 --xp 00001000 fe:00 1234                       /srv/a b',
    'ProtectionKey:        15',
  ].join('\n');
  expect(guardedMappings(smaps)).toEqual([
    { mapping: '7f12c0000000-7f12c0001000 rw-p [anonymous]', key: 1 },
    { mapping: '7f12c0001000-7f12c0002000 --xp /srv/a b', key: 15 },
  ]);
  expect(guardedMappings(smaps.replaceAll(/ProtectionKey:\s+\d+\n?/g, ''))).toEqual([]);
});
