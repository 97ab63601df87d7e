import type { Tell } from './entry.ts';

/**
 * Hints what to look at next, by the part of CRIU that a line comes from; PID is the process that the lines above name.
 */
const HINTS: readonly (readonly [files: RegExp, hint: Tell])[] = [
  [
    /^tty\.c$/,
    { what: 'Whether a terminal is open in the program', command: "ls -l /proc/PID/fd | grep -E 'pts|tty'" },
  ],
  [
    /^(?:sk-\w+|soccr|netfilter|sockets|libnetlink)\.[ch]$/,
    {
      what: 'The sockets of the program, with their peers',
      command: 'sudo ss -anpx -A inet,unix | grep pid=PID',
    },
  ],
  [
    /^(?:mount|mount-v2|filesystems|autofs|path|sysfs_parse)\.c$/,
    {
      what: 'The mounts of the program, and which of them come from outside',
      command: 'cat /proc/PID/mountinfo',
    },
  ],
  [
    /^cgroup(?:-props)?\.c$/,
    {
      what: 'The control groups of the program, and those of this machine',
      command: 'cat /proc/PID/cgroup; mount -t cgroup,cgroup2',
    },
  ],
  [
    /^(?:net|tun)\.c$/,
    { what: 'The devices of the network namespace', command: 'sudo nsenter -t PID -n ip -d link' },
  ],
  [
    /^(?:namespaces|timens|uts_ns|ipc_ns|sysctl)\.[ch]$/,
    {
      what: 'The namespaces of the program, and what is in them of System V IPC',
      command: 'lsns -p PID; sudo nsenter -t PID -i ipcs -a',
    },
  ],
  [/^file-lock\.c$/, { what: 'Who holds which lock', command: 'cat /proc/locks; lslocks' }],
  [
    /^(?:fsnotify|irmap)\.c$/,
    { what: 'What the program watches', command: 'grep -H inotify /proc/PID/fdinfo/*' },
  ],
  [
    /^(?:files\S*|file-ids|fdinfo|fdstore|fifo|pipes|eventfd|eventpoll|signalfd|timerfd|pidfd|pidfd-store|servicefd|external|bpfmap|aio|kcmp-ids|fds)\.[ch]$/,
    {
      what: 'The descriptors of the program, with the number that the lines above name',
      command: 'ls -l /proc/PID/fd; head -50 /proc/PID/fdinfo/*',
    },
  ],
  [
    /^(?:mem|memfd|shmem|page-pipe|page-xfer|pagemap|pagemap-cache|rst-malloc|uffd|cr-dedup|xmalloc)\.[ch]$/,
    {
      what: 'Room in memory, in /dev/shm and where the image lies',
      command: 'free -m; df -h /dev/shm IMAGE; ulimit -a',
    },
  ],
  [
    /^(?:kerndat|cr-check|vdso\S*|util-vdso|parasite-vdso|cpu|rseq|shstk|thread_area|sigframe|compat|clone-noasan|timer|string|stats)\.[ch]$/,
    {
      what: 'Whether engine, kernel and processor suit each other',
      command: 'sudo criu check --all; criu --version; uname -rm',
    },
  ],
  [
    /^(?:infect\S*|parasite\S*|ptrace|seize|proc_parse|sigact|sigaction_compat|cr-dump|pidns)\.[ch]$/,
    {
      what: 'Whether somebody traces or filters the process, and its state',
      command: "grep -E 'State|TracerPid|NoNewPrivs|Seccomp' /proc/PID/status",
    },
  ],
  [
    /^(?:image|image-desc|imgset|protobuf|pstree|img-streamer|bfd)\.[ch]$/,
    {
      what: 'Whether the files of the image are whole',
      command: 'ls -l IMAGE; df -h IMAGE; crac inspect --verify IMAGE',
    },
  ],
  [
    /^(?:lsm|apparmor|seccomp)\.c$/,
    {
      what: 'Labels and filters of the process, and what was denied',
      command: 'cat /proc/PID/attr/current; sudo journalctl -k --since -10min | grep -i denied',
    },
  ],
  [
    /^(?:restorer|cr-restore|util|util-caps|log|bug|main|setproctitle|unit|fault-injection)\.[ch]$/,
    {
      what: 'What the kernel says about it, and the capabilities of whoever restores',
      command: 'sudo journalctl -k --since -10min; grep Cap /proc/self/status',
    },
  ],
  [
    /^(?:action-scripts|config|crtools|cr-service|plugin|tls)\.c$/,
    {
      what: 'The options of the engine, on its command line and in its files',
      command: 'cat /etc/criu/*.conf ~/.criu/*.conf; criu --help',
    },
  ],
  [
    /^(?:amdgpu_plugin\w*|cuda_plugin)\.[ch]$/,
    {
      what: 'The driver, the devices, and who uses them',
      command: 'nvidia-smi; rocm-smi; sudo fuser -v /dev/nvidia* /dev/kfd /dev/dri/*',
    },
  ],
];

/** @param file without its directory */
export const hintFor = (file: string): Tell | undefined => HINTS.find(([files]) => files.test(file))?.[1];
