/**
 * System calls that container runtimes' own profiles deny to a container without added capabilities and a restore does
 * not need. The names are those of moby's profile and of containers-common's; unknown ones are passed over by
 * libseccomp.
 */
const DENIED = (
  'acct add_key bpf chroot clock_adjtime clock_settime create_module delete_module fanotify_init finit_module ' +
  'fsconfig fsmount fsopen fspick get_kernel_syms init_module io_uring_enter io_uring_register io_uring_setup ' +
  'ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mount_setattr move_mount move_pages ' +
  'nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise query_module ' +
  'quotactl quotactl_fd reboot request_key setdomainname sethostname setns settimeofday stime swapoff swapon sysfs ' +
  '_sysctl syslog umount umount2 uselib userfaultfd ustat vhangup vm86 vm86old'
).split(' ');

/** The kinds of restores: in a user namespace, or with capabilities. */
export const PROFILES = ['user', 'capabilities'] as const;

export type ProfileName = (typeof PROFILES)[number];

/**
 * System calls that those profiles deny and a restore cannot do without; each was denied again, and the restore failed.
 */
export const RESTORE_NEEDS: Record<ProfileName, Record<string, string>> = {
  user: {
    unshare: "the program's namespaces are made with it",
    mount: 'the new PID namespace gets its /proc with it',
    vmsplice: "the engine fills the program's pipes with it (denied by Podman, allowed by Docker)",
  },
  capabilities: {
    chroot: "the engine sets the program's root directory",
    move_mount: 'the engine finds out with it what the kernel can do',
    setns: 'the engine finds out with it what the kernel can do',
  },
};

const EPERM = 1;

/** A profile as `--security-opt seccomp=FILE` and Kubernetes take it, and as an OCI configuration has it. */
export interface SeccompProfile {
  defaultAction: string;
  syscalls: { names: string[]; action: string; errnoRet: number }[];
}

export function restoreProfile(name: ProfileName): SeccompProfile {
  const names = name === 'user' ? DENIED : DENIED.filter((call) => !(call in RESTORE_NEEDS.capabilities));
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM }],
  };
}
