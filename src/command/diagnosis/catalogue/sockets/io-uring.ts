import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IO_URING',
  phase: 'checkpoint',
  title: 'The program has io_uring rings',
  signatures: [
    { file: 'proc_parse.c', text: /Unknown shit \d+ \(anon_inode:\[io_uring\]\)/ },
    {
      file: 'files-ext.c',
      text: /Can't dump file (?<fd>\d+) of that type \[\d+\] \(\w+ anon_inode:\[io_uring\]\)/,
    },
  ],
  near: [/Can't open (?<pid>\d+)'s mapfile link/],
  explains: [/mapfile link/, /Collect mappings/],
  cause:
    'Process {pid|PID} has io_uring rings, which CRIU cannot save; Node 22 and later (libuv 1.50) make some in every event loop, whatever UV_USE_IO_URING says.',
  remedies: [
    {
      what: 'Start the program with crac run: it switches io_uring off by a preloaded library',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Or forbid io_uring on the whole machine',
      where: 'machine',
      command: 'sudo sysctl kernel.io_uring_disabled=2',
      cost: 'every program falls back to epoll',
    },
    {
      what: 'Or keep the default seccomp profile of the container, which forbids it (no --privileged, no seccomp=unconfined), and dump from outside',
      where: 'container',
    },
    {
      what: 'Node 20 makes none unless asked to; then',
      where: 'program',
      command: 'UV_USE_IO_URING=0 node app.js',
    },
  ],
  samples: [
    "(00.006110) Error (criu/proc_parse.c:502): Unknown shit 600 (anon_inode:[io_uring])\n(00.006120) Error (criu/proc_parse.c:738): Can't open 32147's mapfile link 7fc960630000: No such device or address\n(00.006130) Error (criu/cr-dump.c:1440): Collect mappings (pid: 32147) failed with -1\n(00.007000) Error (criu/cr-dump.c:2111): Dumping FAILED.",
    "(00.013102) Error (criu/files-ext.c:96): Can't dump file 19 of that type [600] (anon anon_inode:[io_uring])",
  ],
});
