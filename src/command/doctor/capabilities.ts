/** The names by number, as in linux/capability.h. */
const NAMES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

/**
 * The capabilities that root's way needs, each found by taking it away (test/e2e/containers.test.ts);
 * native/supervisor/privileges.c.
 */
export const ROOT_NEEDS = [
  'SETPCAP',
  'NET_ADMIN',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_ADMIN',
  'SYS_TIME',
] as const;

/** The purpose of each, in the words of an operator. */
export const NEEDED_FOR: Record<string, string> = {
  SETPCAP: 'to give the restored program its own capabilities',
  NET_ADMIN: 'to restore the sizes of socket buffers',
  SYS_CHROOT: "to restore the program's root directory",
  SYS_PTRACE: 'to look into the program at the checkpoint',
  SYS_ADMIN: 'to make namespaces and to choose PIDs',
  SYS_TIME: "to let the program's monotonic clock go on",
  SETFCAP: 'to map root into a user namespace',
};

/** @param mask as in /proc/self/status: hexadecimal */
export function capabilityNames(mask: string | bigint): string[] {
  const bits = typeof mask === 'bigint' ? mask : BigInt(`0x${mask || '0'}`);
  return NAMES.filter((_, index) => (bits >> BigInt(index)) & 1n);
}
