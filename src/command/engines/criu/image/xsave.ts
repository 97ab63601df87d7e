import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CpuUse } from '../../../machine/cpu-use.ts';
import { framed, numberBytes } from './encode.ts';
import { rewrite } from './rewrite.ts';
import { messagesOf } from './wire.ts';

// Numbers of images/core.proto and images/core-x86.proto.
const THREAD_INFO = 2;
const FPREGS = 3;
const XSAVE = 13;
const XSTATE = 1;

/** Bits of the XSAVE header: x87 and SSE, which every x86-64 has, and the upper halves of AVX. */
const EVERYWHERE = 3n;
const AVX = 4n;

/**
 * Takes what no code of the program needs out of the threads' registers, so that the image can be restored on a lesser
 * CPU: the kernel refuses registers that its CPU does not have, though nobody uses them.
 */
export async function leaveOutUnusedRegisters(directory: string, cpu: readonly CpuUse[]): Promise<void> {
  const used = new Set(cpu.map(({ feature }) => feature));
  if (process.arch !== 'x64' || used.has('avx512f')) return;
  const kept = used.has('avx') ? EVERYWHERE | AVX : EVERYWHERE;
  for (const name of await readdir(directory)) {
    if (!/^core-\d+\.img$/.test(name)) continue;
    const path = join(directory, name);
    await writeFile(path, withRegisters(await readFile(path), kept), { mode: 0o600 });
  }
}

/** @param kept bits of the XSAVE header that may stay set */
export function withRegisters(core: Buffer, kept: bigint): Buffer {
  const within = (wanted: number, change: (content: Buffer) => Buffer) => (message: Buffer) =>
    rewrite(message, (number, content) => (number === wanted ? change(content) : content));
  const change = within(
    THREAD_INFO,
    within(
      FPREGS,
      within(XSAVE, (xsave) => withState(xsave, kept)),
    ),
  );
  return Buffer.concat([core.subarray(0, 8), ...messagesOf(core).map(({ bytes }) => framed(change(bytes)))]);
}

/**
 * Returns the state with the header's field put in anew, at the end: the last one of a number counts, and the only one
 * there is.
 */
function withState(xsave: Buffer, kept: bigint): Buffer {
  let state: bigint | undefined;
  const rest = rewrite(xsave, (number, content, { value }) => {
    if (number !== XSTATE) return content;
    state = BigInt(value as number | bigint) & kept;
    return undefined;
  });
  return state === undefined ? xsave : Buffer.concat([numberBytes(XSTATE, state), rest]);
}
