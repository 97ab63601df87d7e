import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LSM_TRANSPORT',
  phase: 'checkpoint',
  title: 'A security policy keeps the engine from the program',
  signatures: [
    {
      file: 'infect.c',
      text: /Unable to connect a transport socket: (?:Permission denied|Operation not permitted)/,
    },
  ],
  explains: [/Can't infect/, /Can't inject syscall blob/, /munmap for remote map/, /Unable to detach from/],
  cause: "SELinux or AppArmor refuses the program the connection to the engine's socket (@/crtools-pr-…).",
  remedies: [
    {
      what: 'See which rule it is, and allow it',
      where: 'machine',
      command: 'sudo ausearch -m avc -ts recent\nsudo dmesg | grep -i apparmor',
    },
    {
      what: 'Start the container without that confinement',
      where: 'container',
      command: 'podman run --security-opt label=disable …\ndocker run --security-opt apparmor=unconfined …',
      cost: 'the container is no longer confined by it',
    },
    {
      what: 'Take an engine that was built with libselinux, as distributions do',
      where: 'criu',
      command: 'crac engine install',
    },
  ],
  samples: [
    "(00.012903) Error (compel/src/lib/infect.c:711): Unable to connect a transport socket: Permission denied\n(00.012931) Error (criu/cr-dump.c:1620): Can't infect (pid: 1034) with parasite",
  ],
});
