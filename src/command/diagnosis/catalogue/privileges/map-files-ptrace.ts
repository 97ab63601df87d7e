import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MAP_FILES_PTRACE',
  phase: 'checkpoint',
  title: 'The engine may not look into the program',
  signatures: [
    { file: 'proc_parse.c', text: /Can't open map_files: Permission denied/, confidence: 'likely' },
    {
      file: 'proc_parse.c',
      text: /Failed fstatat on map (?<address>[0-9a-f]+): Permission denied/,
      confidence: 'likely',
    },
    {
      file: 'proc_parse.c',
      text: /Can't open (?<target>\d+)'s mapfile link [0-9a-f]+: Permission denied/,
      confidence: 'likely',
    },
  ],
  explains: [/mapfile link/, /Collect mappings/],
  cause:
    'Opening /proc/PID/map_files[[ of process {target}]] was refused with EACCES: the engine may not trace the program (another user, CAP_SYS_PTRACE missing, not dumpable), or the program lies on a file system that squashes root (NFS).',
  remedies: [
    {
      what: 'Add the capabilities',
      where: 'container',
      command:
        'docker run --cap-add SYS_PTRACE --cap-add CHECKPOINT_RESTORE …\npodman run --cap-add SYS_PTRACE --cap-add CHECKPOINT_RESTORE …',
    },
    {
      what: 'Give them to the binary',
      where: 'criu',
      command: 'sudo setcap cap_checkpoint_restore,cap_sys_ptrace+eip "$(command -v criu)"',
      cost: 'everybody who may run it can then dump',
    },
    {
      what: 'Run the engine as the user of the program',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'On NFS, put the program on a local disk or export with no_root_squash',
      where: 'machine',
      command: 'df -T "$(command -v node)"',
    },
  ],
  tells: [
    {
      what: 'Whose the program is, and whether it can be traced',
      command:
        'stat -c %U /proc/PID/maps /proc/PID; grep -E "^(Uid|CapEff)" /proc/PID/status /proc/self/status',
    },
  ],
  samples: [
    "(00.004216) Error (criu/proc_parse.c:509): Can't open map_files: Permission denied\n(00.004230) Error (criu/cr-dump.c:1609): Collect mappings (pid: 42) failed with -1\n(00.004301) Error (criu/cr-dump.c:2111): Dumping FAILED.",
  ],
});
