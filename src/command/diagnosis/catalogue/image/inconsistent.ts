import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_INCONSISTENT',
  phase: 'restore',
  title: 'Records of the image contradict each other',
  signatures: [
    {
      text: /^\W*(?<what>\w.*(?:image corruption|corrupted image ?\?|Corrupted (?:ghost image|root cgset|master peer|slave peer|\w+ dump data)|Image from old CRIU|corruption \(n_x86).*)/i,
      confidence: 'likely',
    },
    {
      file: ['cr-restore.c', 'crtools.c'],
      text: /(?<what>Core (?:IDS|info|task state) data missed.*|Thread has optional fields present \d+|Unknown (?:task state|state in code) \d+|pstree item has invalid pid .*|Inconsistent sched params received .*|Can't (?:open|read) core data for (?:thread )?\d+|Corruption in .* area .*)/,
      confidence: 'likely',
    },
    {
      file: 'pstree.c',
      text: /(?<what>No IDS for root task\.?|Can't find a (?:parent|session leader) for \d+|Unexpected task \d+ in a tree \d+|Can't figure out which sid .*)/,
      confidence: 'likely',
    },
    {
      file: ['files-reg.c', 'files.c', 'memfd.c', 'fsnotify.c'],
      text: /(?<what>No entry for (?:reg-file-ID|memfd) \S+|Can't find (?:regfile for|target file) \S+|Remap for non existing file \S+|unknown remap type \d+|No rdev for ghost device|No file for fd \d+ id \S+|Empty list on file desc id \S+|Unknown file type \d+|Can't find task (?:cwd|root) file|Can't find (?:i|fa)notify with id \S+|Bad fsnotify mark type \S+)/,
      confidence: 'likely',
    },
    {
      file: ['tty.c', 'sk-unix.c', 'sk-inet.c', 'pidfd.c', 'cpu.c', 'timer.c'],
      text: /(?<what>No (?:PTY data found|tty found to queued data on id|reg_d descriptor for id|socket shutdown info|(?:x86|PPC64|S390) related (?:cpuinfo|entry) in image|cpuinfo image).*|Unexpected TTY type \d+ .*|pty ID \S+ n_c_cc .*|Bad unix name len \d+|Wrong (?:shutdown\/peer state for|socket in listen state) \d+|Unknown (?:state \d+ for unix|inet) socket .*|Addr len mismatch .*|Image carries (?:unknown|\d+ words).*|Hardware capabilities information missing|Invalid timer (?:interval|value).*)/,
      confidence: 'likely',
    },
    {
      file: 'cgroup.c',
      text: /(?<what>Each (?:CgControllerEntry|cg_controller_entry) .*|No (?:cg_controller_entry|set \d+) found.*|CG paths mismatch.*|Expecting root_task to restore cgroup.*|cg_prop_entry->value was empty.*)/,
      confidence: 'likely',
    },
    {
      file: [
        'net.c',
        'namespaces.c',
        'shmem.c',
        'ipc_ns.c',
        'pipes.c',
        'protobuf.c',
        'seccomp.c',
        'sockets.c',
      ],
      text: /(?<what>(?:Missing sit entry|No 6rd (?:relay )?prefix|Bad 6rd (?:relay )?prefixlen|no data for (?:macvlan|sit)|No name for link|image size mismatch|The image file was truncated|Can't find suitable NS ID for|No NS ID with kid|Can't find (?:my|sysv) shmem|Shmem \S+ already collected|SysV shmem vma|Sysv shmem \S+ with (?:a hole|misordered)|Unsupported message size|Double data restore occurred on|Wanted to restore \d+ bytes|Wrong object requested|Unexpected position|Len mismatch on).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['mount.c', 'mount-v2.c'],
      text: /(?<what>(?:Mount \d+ has two children with same|No root found for tree|Can't find mount namespace|No device for \S+ mount|Child-parent mountpoint mismatch|Sharing group \(\d+, \d+\) parent collision).*)/,
      confidence: 'likely',
    },
  ],
  cause:
    'What one file of the image says does not fit another ({what}): a file is missing or older than the rest, files of two images were mixed, or another version of CRIU wrote it than reads it.',
  remedies: [
    {
      what: 'Compare every file with the sums that were kept when the image was written',
      where: 'crac',
      command: 'crac inspect --verify IMAGE',
    },
    {
      what: 'Restore with the version that made the checkpoint; this one is',
      where: 'criu',
      command: 'criu --version',
    },
    {
      what: 'Copy the whole directory again, into an empty one, after the checkpoint has ended',
      where: 'machine',
      command: 'rsync -a --delete HOST:IMAGE/ IMAGE/',
    },
    {
      what: 'Or make the checkpoint again, into an empty directory',
      where: 'container',
      command: 'podman container checkpoint --export=app.tar.gz NAME\ndocker checkpoint create NAME POINT',
    },
  ],
  tells: [{ what: 'What the files hold', command: 'crit x IMAGE ps; crit x IMAGE fds; ls -l IMAGE' }],
  samples: [
    '(00.010003)  12: Error (criu/files-reg.c:2100): No entry for reg-file-ID 0x1f',
    '(00.010003) Error (criu/pstree.c:610): Parent missed on non-root task with pid 20, image corruption!',
    '(00.010003) Error (criu/cgroup.c:1801): cg: No cg_controller_entry found for cpu/app',
    '(00.010003) Error (criu/cr-restore.c:900): Core info data missed for non-zombie',
  ],
});
