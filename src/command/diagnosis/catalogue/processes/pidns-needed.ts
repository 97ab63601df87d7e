import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDNS_NEEDED',
  phase: 'restore',
  title: 'The image can only be restored in a PID namespace of its own',
  signatures: [
    { file: 'cr-restore.c', text: /This process tree can only be restored in a new pid namespace/ },
    { file: 'cr-restore.c', text: /Unable to restore into an empty PID namespace/ },
    {
      file: 'cr-restore.c',
      text: /First PID in a PID namespace needs to be (?<want>\d+) and not (?<pid>\d+)/,
    },
    {
      file: 'cr-restore.c',
      text: /Unable to (?:enter existing PID namespace|find an external pidns: (?<name>.*))/,
    },
  ],
  cause:
    'The image was made of the first process of a PID namespace[[ (and the one asked for needs {want}, not {pid})]], so it must be restored as the first process of a new one, or of the one that was declared external[[ ({name})]].',
  remedies: [
    {
      what: 'Restore it with the runtime that made it',
      where: 'container',
      command: 'podman container restore NAME\ndocker start --checkpoint POINT NAME',
    },
    {
      what: 'Let the engine make the namespace: restore without --external pid and without --inherit-fd for it',
      where: 'criu',
      command: "criu restore -D DIR --root ROOT --external 'mnt[]' …",
    },
    {
      what: 'Or run it inside a new one, for an image of an ordinary program',
      where: 'criu',
      command: 'sudo criu-ns restore -D DIR …',
    },
    { what: 'crac makes the namespace itself', where: 'crac', command: 'crac restore IMAGE' },
  ],
  samples: [
    '(00.010004) Error (criu/cr-restore.c:1480): This process tree can only be restored in a new pid namespace.\ncriu should be re-executed with the "--namespace pid" option.',
  ],
});
