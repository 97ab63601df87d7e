import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYS_PTRACE',
  phase: 'checkpoint',
  title: "The program's sockets may not be looked at",
  signatures: [{ file: 'libnetlink.c', text: /-1 reported by netlink: Operation not permitted/ }],
  cause: "The engine may not look at the program's sockets and namespaces: CAP_SYS_PTRACE is missing.",
  remedies: [
    {
      what: 'Add the capability',
      where: 'container',
      command: 'docker run --cap-add SYS_PTRACE --cap-add CHECKPOINT_RESTORE …',
    },
    {
      what: 'For an ordinary user, Yama must allow it',
      where: 'machine',
      command: 'sudo sysctl kernel.yama.ptrace_scope=0',
      cost: 'any program of a user may then trace any other of the same user',
    },
  ],
  samples: ['(00.003110) Error (criu/libnetlink.c:54): -1 reported by netlink: Operation not permitted'],
});
