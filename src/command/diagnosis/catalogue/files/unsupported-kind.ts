import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FD_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'A descriptor of a kind that cannot be dumped',
  signatures: [
    {
      file: ['files-ext.c', 'files.c'],
      text: /Can't dump file (?<fd>-?\d+) of that type \[(?<mode>\d+)\] \((?<kind>\w+) (?!.*io_uring|195:|226:)(?<detail>.*)\)$/,
    },
  ],
  cause:
    'Descriptor {fd} of the program is a {kind} ({detail}), which the engine cannot save: a device, or an object of the kernel like userfaultfd, a BPF program or a performance counter.',
  remedies: [
    {
      what: 'Close it before the checkpoint and open it after the restore',
      where: 'program',
    },
    { what: 'See who opened it', where: 'crac', command: 'crac trace app.js' },
    {
      what: 'For a device that exists at the restore too, declare it external',
      where: 'criu',
      command:
        "criu dump --external 'file[MOUNT_ID:INODE]' …\ncriu restore --inherit-fd 'fd[N]:file[MOUNT_ID:INODE]' …",
    },
  ],
  tells: [{ what: 'What it is', command: 'ls -l /proc/PID/fd/{fd}; cat /proc/PID/fdinfo/{fd}' }],
  samples: [
    "(00.013102) Error (criu/files-ext.c:98): Can't dump file 17 of that type [600] (anon anon_inode:[userfaultfd])\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1",
    "(00.013102) Error (criu/files-ext.c:96): Can't dump file 18 of that type [20600] (chr 10:229)",
  ],
});
