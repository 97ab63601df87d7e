import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FD_FOREIGN_MOUNT',
  phase: 'checkpoint',
  title: 'A descriptor comes from outside of the container',
  signatures: [
    {
      file: ['files-reg.c', 'files.c'],
      text: /Can't lookup mount=(?<mount>-?\d+) for fd=(?<fd>\d+) path=(?<path>.*)/,
    },
  ],
  cause:
    "Descriptor {fd} of the program ({path}) was opened on a mount that the program's mount namespace does not have; that is so with standard input and output of `docker exec` and `kubectl exec`, and with descriptors inherited from outside.",
  remedies: [
    {
      what: 'Start the program with crac run inside the container: it opens them anew',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Or open standard input and output inside',
      where: 'program',
      command: "docker exec NAME sh -c 'exec node app.js </dev/null >/tmp/app.log 2>&1'",
      cost: 'what the program prints goes to that file',
    },
    {
      what: 'Or make it the first program of a container, and let the runtime checkpoint that',
      where: 'container',
      command: 'podman run -d --name NAME IMAGE node app.js\npodman container checkpoint NAME',
    },
  ],
  tells: [{ what: 'Where it leads, seen from outside', command: 'ls -l /proc/PID/fd/{fd}' }],
  samples: [
    "(00.004913) Error (criu/files-reg.c:1790): Can't lookup mount=24 for fd=0 path=/dev/null\n(00.004930) Error (criu/cr-dump.c:1665): Dump files (pid: 912) failed with -1",
    "Error (criu/files-reg.c:1702): Can't lookup mount=25 for fd=0 path=/dev/pts/1",
  ],
});
