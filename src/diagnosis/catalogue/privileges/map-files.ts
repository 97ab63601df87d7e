import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MAP_FILES_DENIED',
  phase: 'checkpoint',
  title: "The program's mapped files may not be read",
  signatures: [
    { file: 'proc_parse.c', text: /Can't open map_files: (?:Permission denied|Operation not permitted)/ },
    {
      file: 'proc_parse.c',
      text: /Failed fstatat on map (?<address>[0-9a-f]+): (?:Operation not permitted|Permission denied)/,
    },
    {
      file: 'proc_parse.c',
      text: /Can't open (?<target>\d+)'s mapfile link [0-9a-f]+: (?:Operation not permitted|Permission denied)/,
    },
  ],
  explains: [/mapfile link/, /Collect mappings/],
  cause:
    'Reading /proc/PID/map_files was refused: that needs CAP_SYS_ADMIN or (Linux 5.9 and later) CAP_CHECKPOINT_RESTORE; a program on a file system that squashes root (NFS) is refused as well.',
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
    { what: 'On NFS, put the program on a local disk or export with no_root_squash', where: 'machine' },
  ],
  samples: [
    "(00.004216) Error (criu/proc_parse.c:509): Can't open map_files: Permission denied\n(00.004230) Error (criu/cr-dump.c:1609): Collect mappings (pid: 42) failed with -1\n(00.004301) Error (criu/cr-dump.c:2111): Dumping FAILED.",
    "(00.009183) Error (criu/proc_parse.c:416): Failed fstatat on map 400000: Operation not permitted\n(00.009201) Error (criu/proc_parse.c:646): Can't open 2711's mapfile link 400000: Operation not permitted\n(00.009225) Error (criu/cr-dump.c:1283): Collect mappings (pid: 2711) failed with -1",
  ],
});
