import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IPC_RESTORE',
  phase: 'restore',
  title: 'System V objects of the image cannot be made',
  signatures: [
    {
      file: 'ipc_ns.c',
      text: /Failed to restore (?<kind>msg|sem|shm) id \((?<got>-?\d+) instead of (?<id>\d+)\)/,
    },
    {
      file: 'ipc_ns.c',
      text: /Failed to (?<kind>set desired IPC (?:msg|sem|shm)|create (?:msg|sem|shm) set)(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
    {
      file: 'ipc_ns.c',
      text: /Failed to (?:prepare|read|restore|set|send|attach|collect) .*(?<kind>IPC|semaphores?|messages?|shm|msq|sem)\b.*?(?:: (?<why>[A-Z].+))?$/,
      confidence: 'likely',
    },
  ],
  cause:
    'A System V object ({kind}[[, id {id}]]) cannot be made with its old number[[: {why}]]: that needs an IPC namespace in which nobody else has made any, CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, and a kernel with CONFIG_CHECKPOINT_RESTORE.',
  remedies: [
    {
      what: 'Restore in an IPC namespace of its own',
      where: 'criu',
      command: 'sudo unshare --ipc --fork criu restore …',
    },
    {
      what: 'Restore into a container with one of its own',
      where: 'container',
      command: 'docker run --ipc=private …\npodman run --ipc=private …',
    },
    {
      what: 'Or remove what an earlier restore left',
      where: 'machine',
      command: 'ipcs; ipcrm --all=shm',
      cost: 'shared memory of other programs in this namespace is lost',
    },
  ],
  samples: [
    '(00.040003)      1: Error (criu/ipc_ns.c:690): Failed to restore shm id (32769 instead of 0)',
    '(00.040003)      1: Error (criu/ipc_ns.c:676): Failed to set desired IPC shm ID',
  ],
});
