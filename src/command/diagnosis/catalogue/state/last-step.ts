import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LAST_STEP',
  phase: 'restore',
  title: 'The last step of the restore was refused something',
  rank: 'symptom',
  signatures: [
    {
      file: 'restorer.c',
      text: /(?<what>Can't restore (?:0x)?[0-9a-f]+ mapping) with (?:0x)?(?<error>[0-9a-f]+)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: 'restorer.c',
      text: /(?<what>sys_prctl\(PR_SET_MM, PR_SET_MM_MAP\)|prctl) failed (?:with|@\d+ with) (?<error>-?\d+)/,
      levels: ['error'],
      confidence: 'likely',
    },
    { file: 'restorer.c', text: /(?<what>Can't restore EXE link) \((?<error>-?\d+)\)/, confidence: 'likely' },
    {
      file: 'restorer.c',
      text: /(?<what>(?:Can't|Cannot|Unable to|Failed to|failed|Ring|mremap|madvise|shmat)[^:]*?)(?:: | \(|=? ?| with | - )(?:0x)?(?<error>-\d+|f{7,15}[0-9a-f]{1,3})\)?$/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    'Inside process {pid|N} the kernel refused: {what} ({error}). EPERM and EACCES tell of missing capabilities (CHECKPOINT_RESTORE, SYS_RESOURCE, SYS_ADMIN) or of a security policy, EINVAL and ENOSYS of another kernel than at the checkpoint, ENOMEM of limits.',
  remedies: [
    {
      what: 'Restore as root with all capabilities, to see whether it is that',
      where: 'criu',
      command: 'sudo criu restore -v4 -o restore.log …',
    },
    {
      what: 'Give the restoring container the capabilities',
      where: 'container',
      command:
        'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_RESOURCE --cap-add SYS_PTRACE --cap-add SETPCAP …',
    },
    { what: 'See what the machine lacks', where: 'crac', command: 'crac doctor' },
    {
      what: 'Look what a policy denied',
      where: 'machine',
      command: 'sudo ausearch -m avc -ts recent; sudo journalctl -k | grep -i denied',
    },
  ],
  tells: [
    {
      what: 'Which capabilities the engine has',
      command: 'grep -E "^Cap(Eff|Bnd)" /proc/self/status; ulimit -v',
    },
  ],
  samples: [
    '(00.040003) pie: 9: Error (criu/pie/restorer.c:1830): sys_prctl(PR_SET_MM, PR_SET_MM_MAP) failed with -1',
    "(00.040003) pie: 9: Error (criu/pie/restorer.c:510): Can't restore EXE link (-1)",
    "(00.040003) pie: 9: Error (criu/pie/restorer.c:1440): Can't restore 7f0a10000000 mapping with ffffffffffffffea",
  ],
});
