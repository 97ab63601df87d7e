import { closeSync, openSync, readSync } from 'node:fs';

/** A number of bytes that is more than the kernel writes of one mapping. */
const ONE_MAPPING = 4096;

/**
 * Tells whether this CPU and this kernel have memory protection keys: then the kernel names the key of each mapping.
 */
export function machineHasProtectionKeys(): boolean {
  const fd = openSync('/proc/self/smaps', 'r');
  try {
    const text = Buffer.alloc(ONE_MAPPING);
    return text.toString('latin1', 0, readSync(fd, text)).includes('\nProtectionKey:');
  } catch {
    return false; // this kernel is built without smaps, and so it names no keys
  } finally {
    closeSync(fd);
  }
}
