import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MAP_FILES_DENIED',
  phase: 'checkpoint',
  title: "The program's mapped files may not be read",
  signatures: [
    { file: 'proc_parse.c', text: /Can't open map_files: Operation not permitted/ },
    {
      file: 'proc_parse.c',
      text: /Failed fstatat on map (?<address>[0-9a-f]+): Operation not permitted/,
    },
    {
      file: 'proc_parse.c',
      text: /Can't open (?<target>\d+)'s mapfile link [0-9a-f]+: Operation not permitted/,
    },
  ],
  explains: [/mapfile link/, /Collect mappings/],
  cause:
    'Reading /proc/PID/map_files was refused with EPERM: that needs CAP_SYS_ADMIN or (Linux 5.9 and later) CAP_CHECKPOINT_RESTORE, in the first user namespace.',
  remedies: [
    {
      what: 'Add the capability',
      where: 'container',
      command:
        'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE …\npodman run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE …',
    },
    {
      what: 'Give it to the binary',
      where: 'criu',
      command: 'sudo setcap cap_checkpoint_restore+eip "$(command -v criu)"',
      cost: 'everybody who may run it can then dump',
    },
  ],
  samples: [
    "(00.004216) Error (criu/proc_parse.c:509): Can't open map_files: Operation not permitted\n(00.004230) Error (criu/cr-dump.c:1609): Collect mappings (pid: 42) failed with -1\n(00.004301) Error (criu/cr-dump.c:2111): Dumping FAILED.",
    "(00.009183) Error (criu/proc_parse.c:416): Failed fstatat on map 400000: Operation not permitted\n(00.009201) Error (criu/proc_parse.c:646): Can't open 2711's mapfile link 400000: Operation not permitted\n(00.009225) Error (criu/cr-dump.c:1283): Collect mappings (pid: 2711) failed with -1",
  ],
});
