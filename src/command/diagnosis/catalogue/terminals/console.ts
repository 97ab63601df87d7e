import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CONSOLE',
  phase: 'both',
  title: "The container's console is a terminal of the host",
  signatures: [
    { file: 'tty.c', text: /Unable to find a master for (?<path>\S+)/ },
    { file: 'tty.c', text: /The master for (?<path>\S+) isn't from the root mntns/ },
    {
      file: 'mount.c',
      text: /(?:(?<!\d)\d+:(?<path>\.?\/dev\/console) doesn't have a proper root mount|Mount \d+:(?<path2>\.?\/dev\/console) is autodetected external)/,
    },
    { file: 'mount.c', text: /No mapping for (?:\d+:)?(?<path>\.?\/dev\/console) mountpoint/ },
  ],
  cause:
    'The container was started with a terminal; its console ({path}) is one half of a terminal whose other half is on the host, outside of what is saved.',
  remedies: [
    {
      what: 'Start the container without a terminal (no -t)',
      where: 'container',
      command: 'docker run -d …\npodman run -d …',
      cost: 'nobody can type into the program',
    },
    {
      what: 'In a pod, without a terminal',
      where: 'kubernetes',
      command:
        'kubectl patch deployment NAME --type=json -p \'[{"op":"remove","path":"/spec/template/spec/containers/0/tty"}]\'',
      cost: 'the pods are started anew',
    },
    {
      what: 'Or let the runtime that has the other half make the checkpoint, and give it a console at the restore',
      where: 'runc',
      command: 'runc checkpoint NAME\nrunc restore --console-socket /run/console.sock NAME',
    },
    {
      what: 'Or name the terminal and give another in its place, at both ends',
      where: 'criu',
      command: "criu dump --external 'tty[RDEV:DEV]' …\ncriu restore --inherit-fd 'fd[N]:tty[RDEV:DEV]' …",
    },
  ],
  samples: [
    '(00.010610) Error (criu/tty.c:2399): tty: Unable to find a master for /dev/console',
    "(00.009003) Error (criu/mount.c:753): mnt: 561:./dev/console doesn't have a proper root mount",
  ],
});
