import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYSV_OUTSIDE',
  phase: 'checkpoint',
  title: "The program has System V shared memory in the host's IPC namespace",
  signatures: [
    {
      file: 'cr-dump.c',
      text: /Task (?<pid>\d+) with SysVIPC shmem map @(?<address>[0-9a-f]+) doesn't live in IPC ns/,
    },
  ],
  cause:
    'Process {pid} has attached System V shared memory (shmget; PostgreSQL, Oracle and X programs do), and no IPC namespace of its own that could be saved with it.',
  remedies: [
    {
      what: 'Start the program in an IPC namespace of its own',
      where: 'program',
      command: 'sudo unshare --ipc --fork node app.js',
    },
    {
      what: 'Start the container with one of its own (not --ipc=host)',
      where: 'container',
      command: 'docker run --ipc=private …\npodman run --ipc=private …',
    },
    {
      what: 'In a pod, leave out hostIPC',
      where: 'kubernetes',
      command:
        'kubectl patch deployment NAME --type=json -p \'[{"op":"remove","path":"/spec/template/spec/hostIPC"}]\'',
      cost: 'the pods are started anew',
    },
    {
      what: 'Or let the program use POSIX shared memory or mmap, as PostgreSQL can',
      where: 'program',
      command: 'shared_memory_type = mmap',
    },
  ],
  tells: [{ what: 'Which segments there are, and who made them', command: 'ipcs -mp' }],
  samples: [
    "(00.006110) Error (criu/cr-dump.c:460): Task 4711 with SysVIPC shmem map @7f0a10000000 doesn't live in IPC ns",
  ],
});
