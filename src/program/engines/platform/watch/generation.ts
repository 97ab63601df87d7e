import { closeSync, constants, openSync, readSync } from 'node:fs';

export interface GenerationSource {
  hasChanged(): boolean;
}

/**
 * Returns what tells of a new generation of this machine, where the kernel shows it to this user; the first source that
 * does.
 */
export const generationSource = (): GenerationSource | undefined =>
  clockDevice(process.env.CRAC_VMCLOCK ?? '/dev/vmclock0') ?? kernelLog(process.env.CRAC_KMSG ?? '/dev/kmsg');

/** The magic number of Linux's page of the hypervisor, from 6.13 on (include/uapi/linux/vmclock-abi.h). */
const MAGIC = 0x4b4c4356;
const SIZE = 112;
const MARKER = 16;
const FLAGS = 24;
const COUNTER = 104;
/**
 * The flag for: the counter is there. It changes only where the machine comes from a snapshot, the marker also when it
 * has moved.
 */
const HAS_COUNTER = 1n << 8n;

function clockDevice(path: string): GenerationSource | undefined {
  const page = Buffer.alloc(SIZE);
  const read = (fd: number): string => {
    readSync(fd, page, 0, SIZE, 0);
    const hasCounter = (page.readBigUInt64LE(FLAGS) & HAS_COUNTER) !== 0n;
    return String(page.readBigUInt64LE(hasCounter ? COUNTER : MARKER));
  };
  const fd = openIfThere(path, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    let known = read(fd);
    if (page.readUInt32LE(0) !== MAGIC) {
      closeSync(fd);
      return undefined;
    }
    return {
      hasChanged() {
        const now = read(fd);
        const changed = now !== known;
        known = now;
        return changed;
      },
    };
  } catch {
    closeSync(fd);
    return undefined; // a kernel that does not let it be read
  }
}

/** The kernel's line when the driver of the generation id has seeded its generator (drivers/char/random.c). */
const SEEDED = 'crng reseeded due to virtual machine fork';
const LARGEST_LINE = 8192;
/** The number of looks at the clocks for each look at the log: that one is a system call. */
const EACH = 5;

function kernelLog(path: string): GenerationSource | undefined {
  const { O_RDONLY, O_NONBLOCK } = constants;
  const fd = openIfThere(path, O_RDONLY | O_NONBLOCK);
  if (fd === undefined) return undefined;
  const line = Buffer.alloc(LARGEST_LINE);
  const next = (): string | undefined => {
    try {
      const length = readSync(fd, line, 0, line.length, null);
      return length === 0 ? undefined : line.toString('latin1', 0, length);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return ''; // lines were lost: the next one is there
      return undefined;
    }
  };
  const drain = (): boolean => {
    let found = false;
    for (let text = next(); text !== undefined; text = next()) found ||= text.includes(SEEDED);
    return found;
  };
  drain();
  let looks = 0;
  return { hasChanged: () => ++looks % EACH === 0 && drain() };
}

function openIfThere(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags);
  } catch {
    return undefined; // not there, or not for this user
  }
}
