import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TTY_OUTSIDE',
  phase: 'checkpoint',
  title: "The program's terminal belongs to somebody else",
  signatures: [
    {
      file: 'tty.c',
      text: /Found dangling tty with sid (?<sid>\d+) pgid \d+ \((?<driver>[^)]*)\) on peer fd (?<fd>\d+)/,
    },
    { file: 'tty.c', text: /Found slave peer index (?<fd>\d+) without correspond master peer/ },
    { file: 'tty.c', text: /Only one slave external peer is allowed \(index (?<fd>\d+)\)/ },
    { file: 'tty.c', text: /ctty inheritance detected sid\/pgrp (?<sid>\d+)/ },
  ],
  explains: [/Consider using --shell-job|shell job/i, /No tty found/],
  cause:
    'Descriptor {fd|0} of the program is a terminal whose other end (the terminal window, ssh, script) is not part of what is dumped.',
  remedies: [
    {
      what: "Start the program with crac run: the terminal is parked during the checkpoint, and the restore gets the caller's",
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Start it without a terminal',
      where: 'program',
      command: 'setsid node app.js </dev/null >app.log 2>&1 &',
      cost: 'nothing is printed to the screen',
    },
    {
      what: 'Start the container without a terminal (no -t), and do not checkpoint what docker exec -t started',
      where: 'container',
      command: 'docker run -d …\npodman run -d …',
      cost: 'nobody can type into the program',
    },
    {
      what: "Or say that it is a shell's job",
      where: 'runc',
      command: 'runc checkpoint --shell-job NAME\nrunc restore --shell-job NAME',
    },
    {
      what: "Or say that it is a shell's job, at both ends",
      where: 'criu',
      command: 'criu dump --shell-job …\ncriu restore --shell-job …',
      cost: 'then it restores only to a terminal',
    },
  ],
  samples: [
    '(00.010610) Error (criu/tty.c:1830): tty: Found dangling tty with sid 13651 pgid 13674 (pts) on peer fd 0.\n(00.010622) Error (criu/cr-dump.c:2111): Dumping FAILED.',
    '(00.010610) Error (criu/tty.c:2281): tty: ctty inheritance detected sid/pgrp 100, no PTY peer with sid/pgrp needed',
  ],
});
