import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../../base/command-error.ts';
import type { ProtectionKeys } from '../../../image/contents.ts';
import { bytesField, fieldsOf, messagesOf, numberField } from './wire.ts';

// Numbers of images/core.proto and images/core-x86.proto.
const THREAD_INFO = 2;
const FPREGS = 3;
const XSAVE = 13;
const XSTATE = 1;
const PKRU = 8;

/** The register's value with which each thread starts (arch/x86/mm/pkeys.c): no access by any key but 0. */
export const NO_KEY = 0x55555554;
/** The register's bit in the XSAVE header; without it the register was not saved. */
export const PKRU_SAVED = 1 << 9;

/** Returns the protection key register of the thread that a core-*.img describes; undefined where the CPU has none. */
function registerOf(core: Buffer): number | undefined {
  let fields = fieldsOf(messagesOf(core)[0]?.bytes ?? Buffer.alloc(0));
  for (const number of [THREAD_INFO, FPREGS, XSAVE]) {
    const inner = bytesField(fields, number);
    if (inner === undefined) return undefined; // another architecture
    fields = fieldsOf(inner.value as Buffer);
  }
  const register = numberField(fields, PKRU);
  if (register === undefined) return undefined;
  return (numberField(fields, XSTATE) ?? 0) & PKRU_SAVED ? register : NO_KEY;
}

/** The advice about a process that has a key. */
export const WITHOUT_KEYS =
  'The engine carries no protection keys: in a copy that process would end as soon as it used its own.\n' +
  'A program gets none from libc under `crac run`; this one asked the kernel itself (a statically linked program, an addon\n' +
  'with a raw system call), or was started without LD_PRELOAD. Start it with the environment that `crac run` gave, build it\n' +
  'without protection keys, or end it in beforeCheckpoint and start it anew in afterRestore';

/** @throws CommandError where a process of the image has taken a key */
export async function protectionKeysOf(directory: string): Promise<ProtectionKeys> {
  let found: ProtectionKeys = 'none';
  for (const name of await readdir(directory)) {
    const thread = /^core-(\d+)\.img$/.exec(name)?.[1];
    if (thread === undefined) continue;
    const register = registerOf(await readFile(join(directory, name)));
    if (register === undefined) continue;
    found = 'answered';
    if (register !== NO_KEY)
      throw new CommandError(
        `thread ${thread} of the program has memory protection keys (its register is ${register.toString(16)}).\n${WITHOUT_KEYS}`,
        EXIT.failed,
      );
  }
  return found;
}
